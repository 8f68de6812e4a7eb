/** The body, in bounds: plain JSON, of bounded size, in bounded time. */
import { refuse } from '@countersign/core'
import type { IncomingCall } from '../incoming-call.ts'
import type { Check } from './check.ts'

/** Establishes `content`, the octets as received. Runs after token and proof: strangers don't get us to read bodies. */
export const content: Check = async (call, { limits }) => {
  if (call.incoming.method !== 'POST') return undefined
  if (!isPlainJson(call.incoming)) return refuse('unsupported_media_type')
  const octets = await call.incoming.content(limits.bodyBytes, limits.bodySeconds)
  if (!octets.ok) return octets
  call.content = octets.value
  return undefined
}

/** An encoded body would be hashed in one form and acted on in another. */
function isPlainJson(incoming: IncomingCall): boolean {
  const sent = incoming.header('content-type')
  const type = sent[0]
  if (type === undefined || sent.length > 1 || incoming.header('content-encoding').length > 0) return false
  return type === 'application/json' || /^application\/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i.test(type)
}
