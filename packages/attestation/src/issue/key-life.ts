/** The life of signing keys, as a pure state machine: prepare → activate → retire → revoke. */
import type { PublicJwk } from '@countersign/core'
import type { RevocationReason } from '../bundle/bundle-claims.ts'
import { longestLifetime } from '../claims/attestation-time.ts'

/** One key and where it stands; all times NumericDate. */
export type SigningKey = {
  readonly keyId: string
  readonly publicJwk: PublicJwk
  /** Published from then on, so that verifiers know it before it signs. */
  readonly preparedAt: number
} & (
  | { readonly state: 'prepared' }
  | { readonly state: 'active'; readonly activatedAt: number; readonly expires: number }
  | { readonly state: 'retired'; readonly publishedUntil: number }
  | { readonly state: 'revoked'; readonly revokedAt: number; readonly reason: RevocationReason }
)

/** All in seconds. */
export interface KeyLifePolicy {
  /** For how long a key signs; 90 days by default. */
  readonly activeFor: number
  /** How long a key is published before it signs: longer than verifiers keep what they fetched; an hour by default. */
  readonly publishAhead: number
  /** How long it stays published after its last signature: longer than any attestation lives; an hour by default. */
  readonly overlap: number
}

/** What holds unless an operator says otherwise. */
export const defaultKeyLifePolicy: KeyLifePolicy = { activeFor: 90 * 86_400, publishAhead: 3600, overlap: 3600 }

/** The keys after a step, or why it cannot be taken: a constant word. */
export type KeyStep =
  | { readonly ok: true; readonly keys: readonly SigningKey[] }
  | { readonly ok: false; readonly reason: 'duplicate' | 'unknown' | 'state' | 'too_early' }

/** The tolerance of clocks that any verifier may have, in seconds. */
const WIDEST_SKEW = 300

/** Completes a policy from the defaults. Throws a `RangeError` when an attestation could outlive its key's publication. */
export function completeKeyLifePolicy(partial: Partial<KeyLifePolicy> = {}): KeyLifePolicy {
  const policy = { ...defaultKeyLifePolicy, ...partial }
  if (!(policy.overlap > longestLifetime + WIDEST_SKEW)) {
    throw new RangeError(`The overlap of signing keys is longer than ${longestLifetime + WIDEST_SKEW} seconds.`)
  }
  if (!(policy.publishAhead >= 0)) throw new RangeError('publishAhead is 0 seconds or more.')
  if (!(policy.activeFor > policy.publishAhead)) throw new RangeError('activeFor is longer than publishAhead.')
  return policy
}

/** Publishes a new key that does not sign yet. A key that was ever known never comes back, under whatever name. */
export function prepareKey(
  keys: readonly SigningKey[],
  { keyId, publicJwk }: Pick<SigningKey, 'keyId' | 'publicJwk'>,
  now: number,
): KeyStep {
  const isKnown = keys.some((key) => key.keyId === keyId || isSameKey(key.publicJwk, publicJwk))
  if (isKnown) return { ok: false, reason: 'duplicate' }
  return { ok: true, keys: [...keys, { keyId, publicJwk, preparedAt: now, state: 'prepared' }] }
}

/** Lets a prepared key sign and retires the one that did. The very first needs no time ahead: nobody has an older set. */
export function activateKey(keys: readonly SigningKey[], keyId: string, now: number, policy: KeyLifePolicy): KeyStep {
  const key = keys.find((candidate) => candidate.keyId === keyId)
  if (key === undefined) return { ok: false, reason: 'unknown' }
  if (key.state !== 'prepared') return { ok: false, reason: 'state' }
  const isFirst = keys.every(({ state }) => state === 'prepared')
  // After a compromise there is nothing left to sign with: a key that some verifiers do not know yet is the better one.
  const isNeeded = !keys.some(({ state }) => state === 'active')
  if (!isFirst && !isNeeded && now < key.preparedAt + policy.publishAhead) return { ok: false, reason: 'too_early' }
  const activated: SigningKey = { ...base(key), state: 'active', activatedAt: now, expires: now + policy.activeFor }
  return {
    ok: true,
    keys: keys.map((other) => {
      if (other.keyId === keyId) return activated
      return other.state === 'active' ? retire(other, now, policy) : other
    }),
  }
}

/** Takes an active key out of use; what it signed stays good for as long as that lives. */
export function retireKey(keys: readonly SigningKey[], keyId: string, now: number, policy: KeyLifePolicy): KeyStep {
  return change(keys, keyId, (key) => (key.state === 'active' ? retire(key, now, policy) : undefined))
}

/** Takes a key out of trust, with all that it ever signed, from whatever state it is in; for good. */
export function revokeKey(keys: readonly SigningKey[], keyId: string, now: number, reason: RevocationReason): KeyStep {
  return change(keys, keyId, (key) =>
    key.state === 'revoked' ? undefined : { ...base(key), state: 'revoked', revokedAt: now, reason },
  )
}

/** The key that signs now; `undefined` when there is none, or when it is past its time. */
export function findSigningKey(keys: readonly SigningKey[], now: number): SigningKey | undefined {
  return keys.find((key) => key.state === 'active' && now < key.expires)
}

/** The keys that verifiers are to know now: those to come, the one that signs, and those whose work still lives. */
export function listPublishedKeys(
  keys: readonly SigningKey[],
  now: number,
  policy: KeyLifePolicy,
): readonly SigningKey[] {
  return keys.filter((key) => isPublished(key, now, policy))
}

function isPublished(key: SigningKey, now: number, { overlap }: KeyLifePolicy): boolean {
  switch (key.state) {
    case 'prepared':
      return true
    case 'active':
      return now < key.expires + overlap
    case 'retired':
      return now < key.publishedUntil
    case 'revoked':
      return false
  }
}

/** What an operator, or a timer, has to do now to never be without a key. */
export function findDueStep(
  keys: readonly SigningKey[],
  now: number,
  policy: KeyLifePolicy,
): 'prepare' | 'activate' | undefined {
  const active = findSigningKey(keys, now)
  const prepared = keys.some((key) => key.state === 'prepared')
  if (active === undefined) return prepared ? 'activate' : 'prepare'
  if (active.state !== 'active') return undefined
  // Twice the time ahead: the new key is out for as long as it has to be before the old one ends.
  if (now < active.expires - 2 * policy.publishAhead) return undefined
  if (!prepared) return 'prepare'
  const isReady = keys.some((key) => key.state === 'prepared' && now >= key.preparedAt + policy.publishAhead)
  return isReady ? 'activate' : undefined
}

function change(
  keys: readonly SigningKey[],
  keyId: string,
  step: (key: SigningKey) => SigningKey | undefined,
): KeyStep {
  const key = keys.find((candidate) => candidate.keyId === keyId)
  if (key === undefined) return { ok: false, reason: 'unknown' }
  const changed = step(key)
  if (changed === undefined) return { ok: false, reason: 'state' }
  return { ok: true, keys: keys.map((other) => (other === key ? changed : other)) }
}

function retire(key: SigningKey & { state: 'active' }, now: number, { overlap }: KeyLifePolicy): SigningKey {
  // It may have signed until the end of its time, whenever somebody gets to retiring it.
  return { ...base(key), state: 'retired', publishedUntil: Math.min(now, key.expires) + overlap }
}

function base({ keyId, publicJwk, preparedAt }: SigningKey): Pick<SigningKey, 'keyId' | 'publicJwk' | 'preparedAt'> {
  return { keyId, publicJwk, preparedAt }
}

function isSameKey(a: PublicJwk, b: PublicJwk): boolean {
  return a.kty === b.kty && ('x' in a && 'x' in b ? a.x === b.x : 'n' in a && 'n' in b && a.n === b.n)
}
