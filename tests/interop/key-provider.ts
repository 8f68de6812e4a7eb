/** An OAuthClientProvider as a user of the MCP SDK would write it, with nothing of ours: private_key_jwt and DPoP. */
import { signAssertion } from '@countersign/lab'
import {
  type AddClientAuthentication,
  DpopSession,
  type OAuthClientProvider,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import type { JWK } from 'jose'

/** Makes one for a client that is registered for client credentials; `params` go with every token request. */
export function createKeyProvider(
  client: { clientId: string; privateJwk: JWK },
  issuer: string,
  params: Readonly<Record<string, string>> = {},
): OAuthClientProvider {
  const session = DpopSession.create()
  let tokens: StoredOAuthTokens | undefined
  const addClientAuthentication: AddClientAuthentication = async (_headers, form) => {
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    form.set('client_assertion', await signAssertion(client, issuer))
  }
  return {
    redirectUrl: undefined,
    clientMetadata: { redirect_uris: [], token_endpoint_auth_method: 'private_key_jwt' },
    clientInformation: () => ({ client_id: client.clientId, issuer }),
    addClientAuthentication,
    prepareTokenRequest: (scope) =>
      new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }), ...params }),
    dpop: () => session,
    tokens: () => tokens,
    saveTokens(saved) {
      tokens = saved
    },
    redirectToAuthorization: unused,
    saveCodeVerifier: unused,
    codeVerifier: unused,
  }
}

function unused(): never {
  throw new Error('a client without a person behind it needs no authorization request')
}
