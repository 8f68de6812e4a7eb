/** A proof is good for one call (RFC 9449 §11.1): its id is spent, atomically, and kept until it can't be accepted any more. */
import { type Awaitable, type Spend, spendKey } from '@countersign/core'
import { type Call, established } from '../call.ts'
import type { GuardContext } from '../guard-context.ts'

/** What a call costs whether or not it is let through; undefined where there is nothing to spend. */
export type SingleUse = (call: Call, context: GuardContext) => Awaitable<Spend | undefined>

/** The id of the proof, under the key that made it and the server that it was made for. */
export const singleUse: SingleUse = (call, { verifier, resource, limits }) => {
  if (call.proof === undefined) return undefined
  const { jkt, jti, retainUntil, issued } = call.proof
  // The body may have come in after the proof was judged.
  const until = retainUntil + limits.bodySeconds
  const key = spendKey(verifier, [established(call.token).issuer, jkt, resource, jti])
  return key instanceof Promise ? key.then((digest) => describe(digest, issued, until)) : describe(key, issued, until)
}

function describe(key: string, issued: number, until: number): Spend {
  return { kind: 'proof', key, limit: 1, issued, until }
}
