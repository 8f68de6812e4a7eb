/** The `WWW-Authenticate` challenge of a refusal (RFC 9110 §11.6.1, RFC 9449 §7.1, RFC 9728 §5.1). */
import { type Rejection, rejections } from '@countersign/core'
import { formatChallenge, protectedResourceMetadataUrl } from '@countersign/core/wire'
import type { GuardContext } from '../guard-context.ts'

/** Undefined for refusals that no other credentials would change. One challenge each: clients read only the first. */
export function createChallenge(rejection: Rejection, context: GuardContext): string | undefined {
  const { challenge, error } = rejections[rejection.code]
  if (!challenge) return undefined
  const scopes = rejection.scopes ?? context.initialScopes
  const params = {
    ...(error === undefined ? {} : { error }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    resource_metadata: protectedResourceMetadataUrl(context.resource),
    algs: context.metadata.dpop_signing_alg_values_supported.join(' '),
  }
  return formatChallenge({ scheme: 'DPoP', params })
}
