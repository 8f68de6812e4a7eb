/** Weaknesses seen in the field, each one setting. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger, Spend, SpendKind } from '@countersign/core'
import type { Configuration } from 'oidc-provider'
import type { Variation } from '../variation.ts'
import { grantAllRequested } from './consent-ignored.ts'
import { resetCounts } from './count-reset.ts'
import { exchangeWeaknesses, weakenExchange } from './weak-exchange.ts'

/**
 * What may be wrong with a weakened authorization server.
 *
 * `pkce_optional`: an authorization request may come without a challenge. `shared_secrets`: clients have secrets, which
 * are sent along. `assertion_replay`: no assertion id is kept. `refresh_reuse`: a refresh token is good for many uses.
 * `consume_after_find`: whether a thing was used is looked up, and then written down. `agent_claim_copied`: what an
 * agent was once attested to be is copied into each token that is refreshed from there on. `consent_ignored`: scopes that
 * a person unticked are granted all the same. `count_reset`: a capability gets another id with each refresh and exchange,
 * and forgets what it was narrowed from. Those that begin with `exchange` are in `weak-exchange.ts`.
 */
export const weaknesses = [
  'pkce_optional',
  'shared_secrets',
  'assertion_replay',
  'refresh_reuse',
  'consume_after_find',
  'agent_claim_copied',
  'consent_ignored',
  'count_reset',
  ...exchangeWeaknesses,
] as const

/** One of them. */
export type Weakness = (typeof weaknesses)[number]

/** The variation that has these weaknesses and no others. */
export function vary(chosen: readonly Weakness[], secrets: Readonly<Record<string, string>>): Variation {
  const has = (weakness: Weakness) => chosen.includes(weakness)
  return {
    wrapLedger(ledger) {
      const kept = has('assertion_replay') ? without('assertion', ledger) : ledger
      return has('consume_after_find') ? findThenSave(kept) : kept
    },
    configure(configuration) {
      const varied = { ...configuration }
      if (has('pkce_optional')) varied.pkce = { required: () => false }
      if (has('refresh_reuse')) varied.rotateRefreshToken = false
      if (has('agent_claim_copied')) varied.extraTokenClaims = copyAgentClaim(varied.extraTokenClaims)
      if (has('consent_ignored')) varied.loadExistingGrant = grantAllRequested(varied.loadExistingGrant)
      if (has('count_reset')) varied.features = resetCounts(varied.features)
      return has('shared_secrets') ? shareSecrets(varied, secrets) : varied
    },
    adaptExchange: (rules) => weakenExchange(rules, chosen),
  }
}

/** Forgets what is spent of one kind. */
function without(kind: SpendKind, ledger: Ledger): Ledger {
  return {
    lifetime: ledger.lifetime,
    spend: async (spends) => ledger.spend(spends.filter((spend) => spend.kind !== kind)),
  }
}

/** A round trip to a store that is far away or busy, in milliseconds: longer than it takes to make many requests. */
const ROUND_TRIP = 100

/** Looks whether a thing is there, and then, a round trip later, puts it there. */
function findThenSave({ lifetime }: Ledger): Ledger {
  const known = new Set<string>()
  return {
    lifetime,
    async spend(spends) {
      const found = spends.find((spend) => known.has(nameOf(spend)))
      await delay(ROUND_TRIP)
      for (const spend of spends) known.add(nameOf(spend))
      return found === undefined ? { spent: true } : { spent: false, exhausted: found.key }
    },
  }
}

function nameOf({ kind, key }: Spend): string {
  return `${kind} ${key}`
}

/** Keeps the claim of each grant's newest attestation for all its tokens. */
function copyAgentClaim(describe: Configuration['extraTokenClaims']): Configuration['extraTokenClaims'] {
  const known = new Map<string, unknown>()
  return async (ctx, token) => {
    const claims = await describe(ctx, token)
    const grant = token.grantId ?? ''
    if (claims?.agent !== undefined) known.set(grant, claims.agent)
    const agent = known.get(grant)
    return agent === undefined || grant === '' ? claims : { ...claims, agent }
  }
}

function shareSecrets(configuration: Configuration, secrets: Readonly<Record<string, string>>): Configuration {
  const clients = configuration.clients.map((client) => {
    const secret = secrets[String(client.client_id)]
    if (secret === undefined) return client
    const { jwks: _keys, ...rest } = client
    return { ...rest, token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }
  })
  return { ...configuration, clients, clientAuthMethods: [...configuration.clientAuthMethods, 'client_secret_basic'] }
}
