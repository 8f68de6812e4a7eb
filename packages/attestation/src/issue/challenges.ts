/** Challenges for instances that want to be attested: of now, made here, and each good for one proof. */
import {
  type Clock,
  decodeBase64url,
  encodeBase64url,
  type Ledger,
  spendKey,
  systemClock,
  type Verifier,
} from '@countersign/core'

/** Makes challenges, knows its own, and takes each back once. */
export interface AttestationChallenges {
  /** A new challenge, for nobody in particular: the proof says who answers. */
  make(): Promise<string>
  /** `unknown`: never made here, or run out. `used`: answered before. Rejects when the ledger cannot answer. */
  redeem(challenge: string): Promise<'redeemed' | 'unknown' | 'used'>
}

/** How challenges are made. */
export interface AttestationChallengesOptions {
  readonly verifier: Verifier
  /** Where they are spent; durable, or the process that made them would be the only one that knows. */
  readonly ledger: Ledger
  readonly clock?: Clock
  /** 32 octets or more, shared by all processes of one issuer; random, so of this run alone, by default. */
  readonly secret?: Uint8Array
  /** Seconds for which a challenge can be answered; 60 by default, at most 600. */
  readonly lifetime?: number
}

const RANDOM_OCTETS = 16
const TIME_OCTETS = 8
const MAC_OCTETS = 32
const LENGTH = RANDOM_OCTETS + TIME_OCTETS + MAC_OCTETS
/** Twice the most that the clocks of processes which share a ledger differ, in seconds. */
const CLOCK_MARGIN = 10

/** Throws a `RangeError` for a short secret or a lifetime that makes no sense, a `TypeError` for a ledger that forgets. */
export function createAttestationChallenges(options: AttestationChallengesOptions): AttestationChallenges {
  const {
    verifier,
    ledger,
    clock = systemClock,
    secret = crypto.getRandomValues(new Uint8Array(32)),
    lifetime = 60,
  } = options
  if (secret.length < 32) throw new RangeError('The secret of challenges has 32 octets or more (RFC 2104 §3).')
  if (!(lifetime > 0 && lifetime <= 600)) throw new RangeError('A challenge lives for at most 600 seconds.')
  if (ledger.lifetime !== 'durable') throw new TypeError('Challenges are spent in a durable ledger.')
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = crypto.subtle.importKey('raw', new Uint8Array(secret), hmac, false, ['sign', 'verify'])
  // Whoever asks first will see it fail; until then nobody need be told.
  key.catch(() => undefined)

  return {
    async make() {
      const octets = new Uint8Array(LENGTH)
      crypto.getRandomValues(octets.subarray(0, RANDOM_OCTETS))
      new DataView(octets.buffer).setFloat64(RANDOM_OCTETS, clock() + lifetime)
      const mac = await crypto.subtle.sign('HMAC', await key, octets.subarray(0, RANDOM_OCTETS + TIME_OCTETS))
      octets.set(new Uint8Array(mac), RANDOM_OCTETS + TIME_OCTETS)
      return encodeBase64url(octets)
    },
    async redeem(challenge) {
      const octets = challenge.length > 2 * LENGTH ? undefined : decodeBase64url(challenge)
      if (octets === undefined || octets.length !== LENGTH) return 'unknown'
      const signed = octets.subarray(0, RANDOM_OCTETS + TIME_OCTETS)
      const mac = octets.subarray(RANDOM_OCTETS + TIME_OCTETS)
      if (!(await crypto.subtle.verify('HMAC', await key, mac, signed))) return 'unknown'
      const expires = new DataView(octets.buffer).getFloat64(RANDOM_OCTETS)
      if (!(clock() < expires)) return 'unknown'
      const spent = await ledger.spend([
        {
          kind: 'nonce',
          key: await spendKey(verifier, ['attestation challenge', challenge]),
          limit: 1,
          issued: expires - lifetime,
          until: expires + CLOCK_MARGIN,
        },
      ])
      return spent.spent ? 'redeemed' : 'used'
    },
  }
}
