/** The clients of `up`: the one of `call`, and one for people. */
import type { ClientRegistration } from '@countersign/authorization-server'
import { notesScopes } from '@countersign/notes-server'
import type { ClientFile } from '../client-file.ts'

/** The public client for people: authorization code with PKCE, back to any port of this machine. */
export const LOGIN_CLIENT = {
  clientId: 'countersign-login',
  name: 'countersign call',
  redirectUri: 'http://127.0.0.1/callback',
} as const

/** As the authorization server registers them. */
export function listClients({ client_id: clientId, private_jwk }: ClientFile): readonly ClientRegistration[] {
  const scopes = Object.keys(notesScopes)
  const { d: _, ...publicJwk } = private_jwk
  return [
    { clientId, grants: ['client_credentials'], jwks: { keys: [publicJwk] }, scopes },
    {
      clientId: LOGIN_CLIENT.clientId,
      name: LOGIN_CLIENT.name,
      grants: ['authorization_code', 'refresh_token'],
      public: true,
      redirectUris: [LOGIN_CLIENT.redirectUri],
      scopes,
    },
  ]
}
