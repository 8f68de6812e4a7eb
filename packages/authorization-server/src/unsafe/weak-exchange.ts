/** Token exchange with one rule or another left out. */
import { mintCapability } from '@countersign/capability'
import { newCapabilityId } from '../capabilities/authorization-details.ts'
import type { ExchangeRules } from '../token-exchange/exchange-rules.ts'
import { renameCapability } from './count-reset.ts'
import type { Weakness } from './weaknesses.ts'

/**
 * `exchange_rebinds`: anybody may exchange a token, under any key. `exchange_retargets`: for any resource that is known
 * here. `exchange_widens`: for any scopes and capabilities. `exchange_forgets`: the new token does not say who held
 * the right before, nor which tokens it came from.
 */
export const exchangeWeaknesses = [
  'exchange_rebinds',
  'exchange_retargets',
  'exchange_widens',
  'exchange_forgets',
] as const

/** What each makes of the rules. */
const changes: Partial<Record<Weakness, (rules: ExchangeRules) => Partial<ExchangeRules>>> = {
  exchange_rebinds: () => ({ assertHolder: () => {} }),
  exchange_retargets: () => ({ deriveAudience: ({ request, subject }) => request.targets[0] ?? subject.audience }),
  exchange_widens: widen,
  exchange_forgets: () => ({ deriveActor: () => undefined, deriveLine: () => [] }),
  count_reset: ({ deriveCapabilities }) => ({
    deriveCapabilities: (exchange) => deriveCapabilities(exchange).map(renameCapability),
  }),
}

/** The rules with these weaknesses; others are passed over. */
export function weakenExchange(rules: ExchangeRules, weaknesses: readonly Weakness[]): ExchangeRules {
  let weaker = rules
  for (const weakness of weaknesses) weaker = { ...weaker, ...changes[weakness]?.(weaker) }
  return weaker
}

function widen(rules: ExchangeRules): Partial<ExchangeRules> {
  return {
    deriveScopes: (exchange) => exchange.request.scopes ?? rules.deriveScopes(exchange),
    deriveCapabilities: (exchange) =>
      exchange.request.capabilities?.flatMap((entry) => {
        const minted = mintCapability(entry, { newId: newCapabilityId, now: exchange.parts.now() })
        return minted.ok ? [minted.value] : []
      }) ?? rules.deriveCapabilities(exchange),
  }
}
