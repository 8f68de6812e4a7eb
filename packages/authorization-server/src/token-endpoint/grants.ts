/** The library's grants, with our own check of proofs in the place of theirs, and what was held back until here. */
import type { Context, Provider } from 'oidc-provider'
import * as grants from 'oidc-provider/lib/actions/grants/index.js'
import * as helpers from 'oidc-provider/lib/helpers/grants.js'
import { assertAttested } from '../client-authentication/client-attestation.ts'
import type { TokenProof } from './token-proof.ts'

/**
 * Registers them anew. The library parses and imports the key of each proof again and hands the work to another thread,
 * which makes half of what a token costs.
 */
export function useTokenProofs(
  provider: Provider,
  verifyProof: (ctx: Context) => Promise<TokenProof | undefined>,
): void {
  const bound = Object.fromEntries(
    Object.entries(helpers).map(([name, helper]) => [name, helper.bind(undefined, provider)]),
  )
  const validateGrant = (ctx: Context, grantId: string) => {
    assertAttested(ctx)
    return helpers.validateGrant(provider, ctx, grantId)
  }
  const ours = { ...bound, validateDpop: verifyProof, validateGrant }
  for (const { grantType, handler, parameters } of [
    grants.authorization_code,
    grants.client_credentials,
    grants.refresh_token,
  ]) {
    const handle = (ctx: Context) => handler(provider, ours, ctx)
    provider.registerGrantType(grantType, handle, new Set([...parameters, 'resource']), new Set(['resource']))
  }
}
