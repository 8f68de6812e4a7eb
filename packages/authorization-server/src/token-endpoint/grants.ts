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
  const register = ({ grantType, handler, parameters }: grants.Grant, ...more: string[]) => {
    const handle = (ctx: Context) => handler(provider, ours, ctx)
    provider.registerGrantType(grantType, handle, new Set([...parameters, 'resource', ...more]), new Set(['resource']))
  }
  // What a person granted is in the code and the refresh token; who acts for itself says what it wants.
  register(grants.authorization_code)
  register(grants.client_credentials, 'authorization_details')
  register(grants.refresh_token)
}
