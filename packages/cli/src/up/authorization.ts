/** The authorization server of `up`: one resource, the client of `call`, and one for people. */
import { type AuthorizationServer, createAuthorizationServer } from '@countersign/authorization-server'
import { notesPolicy, notesScopes, notesTools } from '@countersign/notes-server'
import type { Parts } from './parts.ts'

/** The public client for people: authorization code with PKCE, back to any port of this machine. */
export const LOGIN_CLIENT = {
  clientId: 'countersign-login',
  name: 'countersign call',
  redirectUri: 'http://127.0.0.1/callback',
} as const

/** Opens its database; rejects with what keeps it from serving. */
export function createAuthorization(parts: Parts): Promise<AuthorizationServer> {
  const { folder, issuer, resource, client, user, trust, log, admin } = parts
  const scopes = Object.keys(notesScopes)
  const { d: _, ...publicJwk } = client.private_jwk
  return createAuthorizationServer({
    issuer,
    database: folder.authorizationDatabase,
    resources: [{ resource, name: notesPolicy.name, scopes: notesScopes, tools: notesTools }],
    clients: [
      { clientId: client.client_id, grants: ['client_credentials'], jwks: { keys: [publicJwk] }, scopes },
      {
        clientId: LOGIN_CLIENT.clientId,
        name: LOGIN_CLIENT.name,
        grants: ['authorization_code', 'refresh_token'],
        public: true,
        redirectUris: [LOGIN_CLIENT.redirectUri],
        scopes,
      },
    ],
    users: user === undefined ? [] : [user],
    trust,
    log(entry) {
      log.authorization(entry)
      admin.metrics.authorization(entry)
    },
  })
}
