/** Which capability is spent for which call, where a token holds several that would do. */
import { type Refused, refuse } from '@countersign/core'
import { refuseLacks } from '../capabilities/capability-lack.ts'
import type { CapabilityUse } from '../capabilities/capability-use.ts'
import type { HeldCapability } from '../token/access-token.ts'

/** A use with the capability that it is to be a use of. */
export interface Chosen {
  readonly use: CapabilityUse
  readonly held: HeldCapability
  /** Those that come after it. */
  readonly others: readonly HeldCapability[]
}

/** The first of each. */
export function chooseCapabilities(uses: readonly CapabilityUse[]): readonly Chosen[] {
  return uses.map((use) => {
    const [held, ...others] = use.candidates
    return { use, held, others }
  })
}

/**
 * The last call that the exhausted key was wanted for takes another capability, so that what is left of this one stays
 * with the calls before it. `undefined` where there is no other.
 */
export function chooseOthers(chosen: readonly Chosen[], exhausted: string): readonly Chosen[] | undefined {
  const at = chosen.findLastIndex((one) => costs(one.held, exhausted))
  const last = chosen[at]
  if (last === undefined) return undefined
  const [held, ...others] = last.others.filter((other) => !costs(other, exhausted))
  return held && chosen.with(at, { use: last.use, held, others })
}

/** Names what the calls with that capability would have to ask for anew. */
export function refuseExhausted(chosen: readonly Chosen[], exhausted: string): Refused {
  const lacks = chosen
    .filter(({ held }) => costs(held, exhausted))
    .map(({ use: { call, requirement } }) => ({ code: 'capability_exhausted', call, requirement }) as const)
  return refuseLacks(lacks) ?? refuse('capability_exhausted')
}

function costs({ spends }: HeldCapability, key: string): boolean {
  return spends.some((spend) => spend.key === key)
}
