/** Whose a nonce says it is: an owner's carries a public tag, so that everybody can tell it from one that nobody knows. */
import { decodeBase64url } from '@countersign/core'

/** Octets of the step of time, which every nonce begins with. */
export const stepLength = 8
/** Octets of the tag that follows in an owner's. */
export const ownerTagLength = 8

/** Characters: step, tag and MAC. Nonces of a shared secret have 32. */
const ownerNonceLength = 43

/** True for what has the form of an owner's nonce: proofs with it are not for the store. */
export function isOwnerNonce(nonce: string): boolean {
  return nonce.length === ownerNonceLength
}

/** Now, NumericDate, the times of the nonces in seconds, and the tag that is not meant. */
interface Here {
  readonly now: number
  readonly step: number
  readonly lifetime: number
  readonly clockDifference: number
  readonly tag: Uint8Array
}

/** Whether a nonce says that it is of now and another owner's. Anybody can write that: nothing is to be accepted for it. */
export function isOwnersOfNow(nonce: string, { now, step, lifetime, clockDifference, tag }: Here): boolean {
  const octets = isOwnerNonce(nonce) ? decodeBase64url(nonce) : undefined
  if (octets === undefined) return false
  const begins = Number(new DataView(octets.buffer, octets.byteOffset).getBigInt64(0)) * step
  if (begins > now + clockDifference || begins + lifetime <= now) return false
  return tag.some((octet, at) => octets[stepLength + at] !== octet)
}
