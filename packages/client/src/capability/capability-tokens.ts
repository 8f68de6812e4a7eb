/** The tokens of one server that are for one call each: kept apart from the one that all other calls go out with. */
import type { HeldToken } from '../held-token.ts'
import { readToolCall } from '../tool-call.ts'
import { callKey, type NamedCall } from './call-key.ts'

/** A token for one call, as often as it says. */
export interface CapabilityToken {
  readonly token: HeldToken
  /** Of the capability in it. */
  readonly uses: number
}

/** A token that is kept. */
interface KeptToken extends CapabilityToken {
  /** Uses that this agent has not taken yet; what the server counts is what counts. */
  left: number
}

/** Calls remembered for each server; the one added longest ago goes first. */
const CAPACITY = 64

/** How a use went: whether the server ran the call, would not, or wants another capability for it. */
export type CapabilityUse = 'spent' | 'unspent' | 'refused'

/** Keeps what was granted for single calls. */
export class CapabilityTokens {
  readonly #kept = new Map<string, KeptToken>()
  readonly #isOver: (token: HeldToken) => boolean

  /** @param isOver whether a token has reached its end */
  constructor(isOver: (token: HeldToken) => boolean) {
    this.#isOver = isOver
  }

  /** Keeps a token for a call, in place of one for an equal call. */
  keep(call: NamedCall, { token, uses }: CapabilityToken): void {
    const key = callKey(call)
    this.#kept.delete(key)
    this.#kept.set(key, { token, uses, left: uses })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > CAPACITY && oldest !== undefined) this.#kept.delete(oldest)
  }

  /** Takes one use for the call in a body; undefined where it makes no such call, or none is left. */
  takeFor(content: Uint8Array | undefined): HeldToken | undefined {
    if (this.#kept.size === 0 || content === undefined) return undefined
    const call = readToolCall(content)
    return call === undefined ? undefined : this.take(call, call.isContinued)
  }

  /**
   * Takes one use of a token for an equal call.
   *
   * @param isContinued the call was begun, and its use spent, before: it goes on under the same token
   */
  take(call: NamedCall, isContinued = false): HeldToken | undefined {
    const key = callKey(call)
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    if (this.#isOver(kept.token)) {
      this.#kept.delete(key)
      return undefined
    }
    if (isContinued) return kept.token
    if (kept.left === 0) return undefined
    kept.left -= 1
    return kept.token
  }

  /** Told how a call went; other tokens than those kept here are none of its business. */
  settle(token: HeldToken | undefined, use: CapabilityUse): void {
    for (const [key, kept] of this.#kept) {
      if (kept.token !== token) continue
      if (use === 'unspent') kept.left = Math.min(kept.uses, kept.left + 1)
      if (use === 'refused') this.#kept.delete(key)
    }
  }
}
