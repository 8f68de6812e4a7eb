/** Key servers of which every answer, and the time it takes, is the test's; timers and the date are fake. */
import type { AttestationEvent } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { afterEach, beforeEach, vi } from 'vitest'
import type { KeyBundle } from '../bundle/bundle-claims.ts'
import { signKeyBundle } from '../bundle/sign-bundle.ts'
import type { AttestationSigner } from '../issue/signer.ts'
import type { TrustState } from '../keys/trust-state.ts'
import { createTrust } from '../trust/create-trust.ts'
import type { TrustOptions } from '../trust/trust.ts'
import type { TrustEntry } from '../trust/trust-list.ts'
import { ISSUER, issuerKey, LINE, NOW } from './attestation.test-fixture.ts'

/** A body of a 200, or what makes the fetch's outcome. */
export type Answer = string | ((url: string, signal: AbortSignal) => Promise<Response>)

export const KEYS_URL = 'https://keys.anthropic.com/keys'
export const verifier = createFastVerifier()

/** Fakes timers and the date, not what promises are driven by. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

/** Lets seconds pass, with all timers that are due. */
export const wait = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000)

/** A server whose answer can be exchanged, and the times at which it was asked, in seconds since the start. */
export function createKeyServer(answer: Answer) {
  const server = { answer, asked: [] as number[] }
  const fetcher: typeof fetch = async (input, init) => {
    server.asked.push(Date.now() / 1000 - NOW)
    const { answer: now } = server
    return typeof now === 'string'
      ? new Response(now)
      : now(String(input), init?.signal ?? new AbortController().signal)
  }
  return { server, fetch: fetcher }
}

export const failing: Answer = async () => new Response('out of order', { status: 500 })
/** Heeds its signal as the platform's fetch does. */
export const hanging: Answer = (_url, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new TypeError('aborted'))))
/** Heeds nothing. */
export const deaf: Answer = () => new Promise(() => undefined)

/** A key set of public JWKs by their names. */
export function keySet(keys: Readonly<Record<string, object>>, members: object = {}): string {
  return JSON.stringify({ keys: Object.entries(keys).map(([kid, jwk]) => ({ ...jwk, kid })), ...members })
}

/** A bundle that root signs. */
export function signBundle(root: AttestationSigner, changes: Partial<KeyBundle> = {}): Promise<string> {
  const { kty, crv, x = '' } = issuerKey.jwk
  if (kty !== 'OKP' || crv !== 'Ed25519') throw new TypeError('the issuer of the tests signs with Ed25519')
  return signKeyBundle(root, {
    issuer: ISSUER,
    sequence: 1,
    issuedAt: NOW,
    expires: NOW + 86_400,
    keys: [{ keyId: 'k1', jwk: { kty: 'OKP', crv, x }, expires: NOW + 86_400 }],
    revoked: [],
    ...changes,
  })
}

/** A trust list of one issuer, asked for its keys as an attestation asks. */
export function makeTrust(line: Partial<TrustEntry>, options: Partial<TrustOptions> = {}) {
  const events: AttestationEvent[] = []
  const trust = createTrust([{ ...LINE, keys: { jwksUri: KEYS_URL }, ...line }], {
    verifier,
    events: (event) => events.push(event),
    ...options,
  })
  /** `null` names no key. */
  const find = async (kid: string | null = 'k1'): Promise<string> => {
    const key = await trust.find(ISSUER)?.keys.find(kid ?? undefined, 'Ed25519')
    if (key === undefined) return 'untrusted'
    return key.ok ? key.value.thumbprint : [key.rejection.code, key.rejection.reason].join(' ')
  }
  return { trust, events, find }
}

/** A state in memory, that can be made to break. */
export function createState() {
  const texts = new Map<string, string>()
  const broken = { load: false, save: false }
  const state: TrustState = {
    async load(issuer) {
      if (broken.load) throw new Error('the disk is gone')
      return texts.get(issuer)
    },
    async save(issuer, text) {
      if (broken.save) throw new Error('the disk is full')
      texts.set(issuer, text)
    },
  }
  return { state, texts, broken }
}
