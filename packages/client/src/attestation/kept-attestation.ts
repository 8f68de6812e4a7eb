/** One attestation in use: renewed ahead of its end, one request at a time, and kept while a renewal fails. */
import { planRefresh } from '@countersign/attestation/issue'
import type { Clock } from '@countersign/core'

/** An attestation as its issuer hands it out. */
export interface ObtainedAttestation {
  readonly attestation: string
  /** Seconds from when it was issued until it expires, on the issuer's clock. */
  readonly life: number
}

interface Held {
  readonly attestation: string
  /** When it was asked for: its life counts from then on our clock, which errs on the safe side. NumericDates, all. */
  readonly since: number
  readonly refreshAt: number
  /** From then on a caller waits for the renewal, if that succeeds. */
  readonly waitAt: number
  readonly endsAt: number
}

/** Seconds for which an attestation is as fresh as they get, and for which a failure is not repeated. */
const PAUSE = 5

/** Seconds before its end at which it is not sent any more, so that it does not end on its way; at most a tenth of its life. */
const MARGIN = 10

/** The part of its life after which a caller waits for a renewal. */
const LATE = 0.8

/** The attestation for one audience and key. */
export class KeptAttestation {
  readonly #obtain: () => Promise<ObtainedAttestation>
  readonly #clock: Clock
  #held: Held | undefined
  #renewal: Promise<string> | undefined
  #failure: { readonly error: unknown; readonly until: number } | undefined

  constructor(obtain: () => Promise<ObtainedAttestation>, clock: Clock) {
    this.#obtain = obtain
    this.#clock = clock
  }

  /**
   * Yields the attestation held, or a new one.
   *
   * @param fresh refuses the one held, unless it is but a moment old: others may have had it renewed meanwhile
   */
  async current(fresh: boolean): Promise<string> {
    const now = this.#clock()
    const held = this.#held
    if (held === undefined || now >= held.endsAt) return this.#renew()
    if (fresh) return now < held.since + PAUSE ? held.attestation : this.#renew()
    if (now < held.refreshAt) return held.attestation
    const renewal = this.#renew().catch(() => held.attestation)
    return now < held.waitAt ? held.attestation : renewal
  }

  /** Callers share one request; a failure stands for a moment, so that a broken issuer delays one call and not each. */
  #renew(): Promise<string> {
    const failure = this.#failure
    if (failure !== undefined && this.#clock() < failure.until) return Promise.reject(failure.error)
    this.#renewal ??= this.#request().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  async #request(): Promise<string> {
    const since = this.#clock()
    try {
      const { attestation, life } = await this.#obtain()
      const expires = since + life
      this.#held = {
        attestation,
        since,
        refreshAt: planRefresh({ issuedAt: since, expires }, Math.random()),
        waitAt: since + life * LATE,
        endsAt: expires - Math.min(MARGIN, life / 10),
      }
      this.#failure = undefined
      return attestation
    } catch (error) {
      this.#failure = { error, until: this.#clock() + PAUSE }
      throw error
    }
  }
}
