/** The proof covers this very body: every MCP call is a POST to one URL, so `htm` and `htu` alone don't bind it. */
import { constantTimeEquals, refuse } from '@countersign/core'
import type { Check, Objection } from './check.ts'

/** Checked when the proof carries `content_digest`, which is left out when there is no content. */
export const contentDigest: Check = (call, { verifier }) => {
  const claimed = call.proof?.contentDigest
  if (claimed === undefined) return undefined
  const content = call.content ?? new Uint8Array()
  if (content.byteLength === 0) return refuse('content_digest_mismatch', 'no_content')
  const actual = verifier.digest(content)
  return actual instanceof Promise ? actual.then((digest) => compare(claimed, digest)) : compare(claimed, actual)
}

function compare(claimed: string, actual: string): Objection {
  return constantTimeEquals(claimed, actual) ? undefined : refuse('content_digest_mismatch')
}
