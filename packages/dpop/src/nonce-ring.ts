/** Nonces for DPoP proofs (RFC 9449 §8, §9): the time step and its MAC, so that nothing has to be kept to know them again. */
import { type Awaitable, type Clock, systemClock } from '@countersign/core'
import { createMint, type Mint } from './nonce-mint.ts'
import { isOwnersOfNow } from './owner-nonce.ts'

/** Makes nonces, and knows its own. */
export interface NonceRing {
  /** The nonce to hand out now; the same for everybody during one step. */
  current(): Promise<string>
  /**
   * What is known of a nonce; `undefined` for one that has run out, lies ahead or was never made here; `elsewhere` for
   * one that says of itself that it is another owner's, and of now: only its owner can tell whether that is true.
   */
  accepts(nonce: string): Awaitable<LiveNonce | 'elsewhere' | undefined>
}

/** A nonce that is good now. */
export interface LiveNonce {
  /** Until when, NumericDate. */
  readonly expires: number
  /** Whether it is the one that is handed out now; a caller with another one is better given that. */
  readonly newest: boolean
  /** Nobody can have had it before then, NumericDate, by the clock of any process that makes such nonces. */
  readonly issued: number
  /** The one place where a proof with it is spent. */
  readonly place: NoncePlace
}

/** `store`: the ledger of all who know the nonce. `owner`: the memory of the one process or host that made it. */
export type NoncePlace = 'store' | 'owner'

/** How nonces are made. */
export interface NonceRingOptions {
  /** 32 octets or more, shared by all processes that serve one resource; random, so of this run alone, by default. */
  readonly secret?: Uint8Array
  /** The secret is a `ProofOwner`'s: its nonces are longer, and say whose they are. */
  readonly owner?: true
  /** When the secret came into being at the earliest, NumericDate, where that is known. */
  readonly notBefore?: number
  /** Seconds for which one nonce is handed out; 30 by default. */
  readonly step?: number
  /** Seconds for which a nonce is accepted, from the beginning of its step; 120 by default. */
  readonly lifetime?: number
  /** Seconds by which the clocks of those who share the secret may differ; 5 by default. */
  readonly clockDifference?: number
  readonly clock?: Clock
}

/** Every nonce that is good during one step. */
interface LiveNonces {
  readonly step: number
  readonly newest: string
  /** By text. A lookup takes as long for any text; there is nothing to learn from it, nonces are handed to whoever asks. */
  readonly known: ReadonlyMap<string, LiveNonce>
  /** Of the owner whose they are; empty where they are everybody's. */
  readonly tag: Uint8Array
}

/** The times of a ring, completed. */
type Times = Required<Pick<NonceRingOptions, 'step' | 'lifetime' | 'clockDifference' | 'notBefore'>>

/** Throws a `RangeError` for a short secret, a step that is not positive, or a lifetime of fewer than two steps. */
export function createNonceRing(options: NonceRingOptions = {}): NonceRing {
  const { secret = crypto.getRandomValues(new Uint8Array(32)), owner = false, clock = systemClock } = options
  const { step = 30, lifetime = 120, clockDifference = 5, notBefore = Number.NEGATIVE_INFINITY } = options
  const times = { step, lifetime, clockDifference, notBefore }
  assertTimes(times)
  if (secret.length < 32) throw new RangeError('The secret of a nonce ring has 32 octets or more (RFC 2104 §3).')
  const place = owner ? 'owner' : 'store'
  const mint = createMint(new Uint8Array(secret), place)
  // Whoever asks first will see it fail; until then nobody need be told.
  mint.catch(() => undefined)
  let live: LiveNonces | undefined

  async function liveNonces(now: number): Promise<LiveNonces> {
    const newestStep = Math.floor(now / step)
    // Also when the clock was set back: what lies ahead of it is not good yet.
    if (live?.step === newestStep) return live
    const made = await makeLiveNonces(await mint, newestStep, { times, place })
    live = made
    return made
  }

  const find = (among: LiveNonces, nonce: string, now: number) => {
    const found = among.known.get(nonce)
    if (found !== undefined) return found.expires > now ? found : undefined
    return owner && isOwnersOfNow(nonce, { ...times, now, tag: among.tag }) ? 'elsewhere' : undefined
  }

  return {
    async current() {
      return (await liveNonces(clock())).newest
    },
    accepts(nonce) {
      const now = clock()
      // Most calls come in a step whose nonces are made, and are answered without a turn of the queue.
      if (live?.step === Math.floor(now / step)) return find(live, nonce, now)
      return liveNonces(now).then((made) => find(made, nonce, now))
    },
  }
}

async function makeLiveNonces(
  { make, tag }: Mint,
  newestStep: number,
  { times, place }: { readonly times: Times; readonly place: NoncePlace },
): Promise<LiveNonces> {
  const { step, lifetime, clockDifference, notBefore } = times
  const describe = (of: number): LiveNonce => ({
    expires: of * step + lifetime,
    newest: of === newestStep,
    // Before there was the secret nobody could have made it.
    issued: Math.max(of * step - clockDifference, notBefore),
    place,
  })
  const known = new Map<string, LiveNonce>()
  const newest = await make(newestStep)
  known.set(newest, describe(newestStep))
  for (let earlier = newestStep - 1; earlier * step + lifetime > newestStep * step; earlier--) {
    known.set(await make(earlier), describe(earlier))
  }
  return { step: newestStep, newest, known, tag }
}

function assertTimes({ step, lifetime, clockDifference }: Times): void {
  if (!(step > 0 && lifetime >= 2 * step && lifetime <= 100 * step)) {
    throw new RangeError(
      'Nonces live for 2 to 100 steps: at least two, so that one handed out at the end of its step can still be used.',
    )
  }
  if (!(clockDifference >= 0 && clockDifference <= 300)) {
    throw new RangeError('The clocks of those who share the secret of a nonce ring differ by 0 to 300 seconds.')
  }
}
