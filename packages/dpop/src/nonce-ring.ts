/** Nonces for DPoP proofs (RFC 9449 §8, §9): the time step and its MAC, so that nothing has to be kept to know them again. */
import { type Awaitable, type Clock, encodeBase64url, systemClock } from '@countersign/core'

/** Makes nonces, and knows its own. */
export interface NonceRing {
  /** The nonce to hand out now; the same for everybody during one step. */
  current(): Promise<string>
  /** What is known of a nonce; `undefined` for one that has run out, lies ahead or was never made here. */
  accepts(nonce: string): Awaitable<LiveNonce | undefined>
}

/** A nonce that is good now. */
export interface LiveNonce {
  /** Until when, NumericDate. */
  readonly expires: number
  /** Whether it is the one that is handed out now; a caller with another one is better given that. */
  readonly newest: boolean
}

/** How nonces are made. */
export interface NonceRingOptions {
  /** 32 octets or more, shared by all processes that serve one resource; random, so of this run alone, by default. */
  readonly secret?: Uint8Array
  /** Seconds for which one nonce is handed out; 30 by default. */
  readonly step?: number
  /** Seconds for which a nonce is accepted, from the beginning of its step; 120 by default. */
  readonly lifetime?: number
  readonly clock?: Clock
}

/** Every nonce that is good during one step. */
interface LiveNonces {
  readonly step: number
  readonly newest: string
  /** By text. A lookup takes as long for any text; there is nothing to learn from it, nonces are handed to whoever asks. */
  readonly known: ReadonlyMap<string, LiveNonce>
}

const MAC_LENGTH = 16

/** Throws a `RangeError` for a short secret, a step that is not positive, or a lifetime of fewer than two steps. */
export function createNonceRing(options: NonceRingOptions = {}): NonceRing {
  const {
    secret = crypto.getRandomValues(new Uint8Array(32)),
    step = 30,
    lifetime = 120,
    clock = systemClock,
  } = options
  assertTimes(step, lifetime)
  if (secret.length < 32) throw new RangeError('The secret of a nonce ring has 32 octets or more (RFC 2104 §3).')
  const key = crypto.subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  // Whoever asks first will see it fail; until then nobody need be told.
  key.catch(() => undefined)
  let live: LiveNonces | undefined

  async function liveNonces(now: number): Promise<LiveNonces> {
    const newestStep = Math.floor(now / step)
    // Also when the clock was set back: what lies ahead of it is not good yet.
    if (live?.step === newestStep) return live
    const made = await makeLiveNonces(await key, newestStep, { step, lifetime })
    live = made
    return made
  }

  return {
    async current() {
      return (await liveNonces(clock())).newest
    },
    accepts(nonce) {
      const now = clock()
      // Most calls come in a step whose nonces are made, and are answered without a turn of the queue.
      if (live?.step === Math.floor(now / step)) return findGood(live, nonce, now)
      return liveNonces(now).then((made) => findGood(made, nonce, now))
    },
  }
}

function findGood({ known }: LiveNonces, nonce: string, now: number): LiveNonce | undefined {
  const found = known.get(nonce)
  return found !== undefined && found.expires > now ? found : undefined
}

async function makeLiveNonces(
  key: CryptoKey,
  newestStep: number,
  { step, lifetime }: { step: number; lifetime: number },
): Promise<LiveNonces> {
  const known = new Map<string, LiveNonce>()
  const newest = await makeNonce(key, newestStep)
  known.set(newest, { expires: newestStep * step + lifetime, newest: true })
  for (let earlier = newestStep - 1; earlier * step + lifetime > newestStep * step; earlier--) {
    known.set(await makeNonce(key, earlier), { expires: earlier * step + lifetime, newest: false })
  }
  return { step: newestStep, newest, known }
}

async function makeNonce(key: CryptoKey, step: number): Promise<string> {
  const nonce = new Uint8Array(8 + MAC_LENGTH)
  new DataView(nonce.buffer).setBigInt64(0, BigInt(step))
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, nonce.subarray(0, 8)))
  nonce.set(mac.subarray(0, MAC_LENGTH), 8)
  return encodeBase64url(nonce)
}

function assertTimes(step: number, lifetime: number): void {
  if (!(step > 0 && lifetime >= 2 * step && lifetime <= 100 * step)) {
    throw new RangeError(
      'Nonces live for 2 to 100 steps: at least two, so that one handed out at the end of its step can still be used.',
    )
  }
}
