/** Asks an issuer about one token (RFC 7662 §2.1). */
import type { Clock, JsonObject } from '@countersign/core'
import { ConfigurationError } from '../../configuration-error.ts'
import { isSecureUrl } from '../../policy/secure-url.ts'
import { FetchFailed, fetchJsonObject } from '../bounded-fetch.ts'
import { type IssuerMetadata, readEndpoint } from '../issuer-metadata.ts'
import type { IntrospectionTrust } from '../issuer-trust.ts'
import { createClientAuthentication } from './client-authentication.ts'

/** Yields the issuer's answer, unjudged. Rejects with `FetchFailed`, at the latest when the signal says so. */
export type IntrospectionRequest = (token: string, signal: AbortSignal) => Promise<JsonObject>

/** What asking needs. */
export interface IntrospectionRequestContext {
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly metadata: IssuerMetadata
}

/** Throws `ConfigurationError` for an insecure endpoint, and for credentials that are none. */
export function createIntrospectionRequest(
  issuer: string,
  trust: IntrospectionTrust,
  { fetch, clock, metadata }: IntrospectionRequestContext,
): IntrospectionRequest {
  const { endpoint: configured } = trust
  if (configured !== undefined && !isSecureUrl(configured)) {
    throw new ConfigurationError(`introspection endpoint of ${issuer} must be an https URL (http only on loopback)`)
  }
  const authenticate = createClientAuthentication(issuer, trust, clock)

  async function findEndpoint(): Promise<string> {
    const endpoint =
      configured ?? readEndpoint(metadata.current() ?? (await metadata.load(0)), 'introspection_endpoint')
    if (endpoint === undefined) throw new FetchFailed('introspection_endpoint')
    return endpoint
  }

  return async (token, signal) => {
    const endpoint = await findEndpoint()
    const { fields, headers } = await authenticate()
    const form = new URLSearchParams({ token, token_type_hint: 'access_token', ...fields })
    return fetchJsonObject(endpoint, fetch, { signal, form: { fields: form, headers } })
  }
}
