/** The authorization server of `up`: one resource, whose tools it knows, and two clients. */
import { type AuthorizationServer, createAuthorizationServer } from '@countersign/authorization-server'
import { notesPolicy, notesScopes, notesTools } from '@countersign/notes-server'
import { listClients } from './clients.ts'
import type { Parts } from './parts.ts'

/** Opens its database; rejects with what keeps it from serving. */
export function createAuthorization(parts: Parts): Promise<AuthorizationServer> {
  const { folder, issuer, resource, client, user, trust, log, admin } = parts
  return createAuthorizationServer({
    issuer,
    database: folder.authorizationDatabase,
    resources: [{ resource, name: notesPolicy.name, scopes: notesScopes, tools: notesTools }],
    clients: listClients(client),
    users: user === undefined ? [] : [user],
    trust,
    log(entry) {
      log.authorization(entry)
      admin.metrics.authorization(entry)
    },
  })
}
