/** Ways to a client id that our agent does not ship: registration (RFC 7591), metadata documents, secrets. */
import type { AuthorizationServerDescription, Credentials } from '@countersign/client'
import { authorize, redirectUri } from './browser.ts'
import type { Scenario } from './scenario.ts'

/** A client id and, where the authorization server gave one, its secret. */
export interface RegisteredClient {
  readonly clientId: string
  readonly secret: string | undefined
}

/** Where the suite says that this client's metadata document stands. */
const METADATA_DOCUMENT = 'https://conformance-test.local/client-metadata.json'

/** Finds the client for an authorization server in the order of the specification: known, document, registration. */
export async function findClient(
  { context }: Scenario,
  { metadata }: AuthorizationServerDescription,
): Promise<RegisteredClient> {
  const { client_id: clientId, client_secret: secret } = context
  if (typeof clientId === 'string') return { clientId, secret: typeof secret === 'string' ? secret : undefined }
  if (metadata.client_id_metadata_document_supported === true) {
    return { clientId: METADATA_DOCUMENT, secret: undefined }
  }
  return register(String(metadata.registration_endpoint), chooseMethod(metadata))
}

/** The credentials that our agent is given; it never sees a secret. */
export function toCredentials({ clientId }: RegisteredClient): Credentials {
  return { clientId, redirectUri, authorize }
}

/** How the client is to authenticate at the token endpoint: as the metadata says, which names one. */
export function chooseMethod(metadata: AuthorizationServerDescription['metadata']): string {
  const methods = metadata.token_endpoint_auth_methods_supported
  return Array.isArray(methods) ? String(methods[0]) : 'none'
}

async function register(endpoint: string, method: string): Promise<RegisteredClient> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'countersign-conformance',
      application_type: 'native',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: method,
    }),
  })
  const { client_id: clientId, client_secret: secret } = (await response.json()) as Record<string, string | undefined>
  if (clientId === undefined) throw new Error(`the registration endpoint answered ${response.status} and no client`)
  return { clientId, secret: method === 'none' ? undefined : secret }
}
