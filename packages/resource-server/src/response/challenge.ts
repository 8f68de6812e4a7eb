/** The `WWW-Authenticate` challenge of a refusal (RFC 9110 §11.6.1, RFC 9449 §7.1, RFC 9728 §5.1). */
import { encodeBase64url, type Rejection, rejections } from '@countersign/core'
import { formatChallenge, protectedResourceMetadataUrl } from '@countersign/core/wire'
import type { GuardContext } from '../guard-context.ts'

/** Undefined for refusals that no other credentials would change. One challenge each: clients read only the first. */
export function createChallenge(rejection: Rejection, context: GuardContext): string | undefined {
  const { challenge, error } = rejections[rejection.code]
  if (!challenge) return undefined
  // Who needs a capability would not be helped by scopes.
  const initial = error === 'insufficient_authorization' ? [] : context.initialScopes
  const scopes = rejection.scopes ?? initial
  const params = {
    ...(error === undefined ? {} : { error }),
    ...describeRemediation(rejection),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    resource_metadata: protectedResourceMetadataUrl(context.resource),
    algs: context.metadata.dpop_signing_alg_values_supported.join(' '),
  }
  return formatChallenge({ scheme: 'DPoP', params })
}

/** Characters. Clients read so much of a header, and the whole of a problem document, where the same stands. */
const longestRemediation = 4096

/** What to ask for, as draft-ietf-oauth-rar-metadata-remediation has it; left out where it is too long for a header. */
function describeRemediation({ remediation }: Rejection): { readonly authorization_remediation?: string } {
  if (remediation === undefined) return {}
  const text = new TextEncoder().encode(JSON.stringify({ authorization_details: remediation }))
  const encoded = encodeBase64url(text)
  return encoded.length > longestRemediation ? {} : { authorization_remediation: encoded }
}
