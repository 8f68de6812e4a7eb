/** A deployment whose notes server asks for a capability on each deletion: an orchestrator, a worker and a person's app. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuthorizationServer, createAuthorizationServer } from '@countersign/authorization-server'
import type { CapabilityRequirement } from '@countersign/capability'
import type { Friction } from '@countersign/friction'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { createNotes, type NotesStore, notesPolicy, notesScopes, notesServer } from '@countersign/notes-server'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import { closeServer, createNodeListener, hardenServer, listen } from '@countersign/resource-server/node'
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server'
import { exportJWK, generateKeyPair, type JWK } from 'jose'

/** A client with a key. */
export interface KeyClient {
  readonly clientId: string
  readonly privateJwk: JWK
}

/** The parts. */
export interface CapabilityDeployment {
  readonly issuer: string
  readonly resource: string
  readonly notes: NotesStore
  /** May use all scopes of the notes for itself, and delegate to the worker. */
  readonly orchestrator: KeyClient
  /** May use all scopes of the notes, and only what is delegated to it: it has no grant of its own. */
  readonly worker: KeyClient
  /** A public client with a person behind it. */
  readonly app: { readonly clientId: string; readonly redirectUri: string }
  readonly user: { readonly name: string; readonly password: string }
  /** What an operator does at the authorization server. */
  readonly revoke: AuthorizationServer['revoke']
  close(): Promise<void>
}

/** What deleting takes beside the note's name, and what friction the guard has. */
export interface CapabilityDeploymentOptions extends Omit<CapabilityRequirement, 'object'> {
  readonly friction?: Friction
  /** A server with `delete_note` alone, in the place of the notes server. */
  readonly server?: () => McpServer
}

/** Starts it on free ports of 127.0.0.1; deleting takes a capability that names the note. */
export async function startCapabilityDeployment({
  friction,
  server: askingServer,
  ...requirement
}: CapabilityDeploymentOptions = {}): Promise<CapabilityDeployment> {
  const data = mkdtempSync(join(tmpdir(), 'countersign-capabilities-'))
  const [authorization, server] = await Promise.all([openServer(), openServer()])
  const issuer = originOf(authorization)
  const resource = `${originOf(server)}/mcp`
  const capability = { object: '/note_id', ...requirement }
  const [orchestrator, worker] = await Promise.all([createClient('orchestrator'), createClient('worker')])
  const app = { clientId: 'app', redirectUri: 'http://127.0.0.1/callback' }
  const user = { name: 'ada', password: 'correct horse battery staple' }
  const scopes = Object.keys(notesScopes)
  const provider = await createAuthorizationServer({
    issuer,
    database: join(data, 'authorization.sqlite'),
    resources: [
      {
        resource,
        name: 'Notes',
        scopes: notesScopes,
        tools: { delete_note: { scopes: ['notes:delete'], words: 'Delete a note', capability } },
      },
    ],
    clients: [
      {
        clientId: orchestrator.clientId,
        grants: ['client_credentials', 'token_exchange'],
        jwks: { keys: [orchestrator.publicJwk] },
        scopes,
        delegatesTo: [worker.clientId],
      },
      { clientId: worker.clientId, grants: ['token_exchange'], jwks: { keys: [worker.publicJwk] }, scopes },
      {
        clientId: app.clientId,
        name: 'App',
        grants: ['authorization_code', 'refresh_token', 'token_exchange'],
        public: true,
        redirectUris: [app.redirectUri],
        scopes,
      },
    ],
    users: [{ subject: 'user-ada', ...user }],
  })
  authorization.on('request', provider.listener)
  const notes = createNotes({ path: join(data, 'notes.sqlite') })
  const policy: Partial<GuardOptions> = askingServer === undefined ? listeningPolicy : { initialScopes: ['notes:read'] }
  const guard = createGuard({
    resource,
    authorizationServers: [issuer],
    ...policy,
    tools: { ...policy.tools, delete_note: { scopes: ['notes:delete'], capability } },
    ledger: createSqliteLedger({ path: join(data, 'ledger.sqlite') }),
    ...(friction && { friction }),
  })
  const guarded = guard.protect(createMcpHandler(askingServer ?? (() => notesServer(notes))))
  await guarded.ready()
  hardenServer(server)
  server.on('request', createNodeListener(guarded))

  async function close(): Promise<void> {
    await Promise.all([authorization, server].map((http) => closeServer(http, 0)))
    await provider.close()
    notes.close()
    rmSync(data, { recursive: true })
  }

  return { issuer, resource, notes, orchestrator, worker, app, user, revoke: provider.revoke, close }
}

const listeningPolicy: Partial<GuardOptions> = {
  ...notesPolicy,
  methods: { ...notesPolicy.methods, 'subscriptions/listen': { scopes: ['notes:read'] } },
}

async function openServer(): Promise<Server> {
  const http = createServer()
  await listen(http, 0, '127.0.0.1')
  return http
}

function originOf(http: Server): string {
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function createClient(clientId: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = `${clientId}-key`
  const privateJwk = { ...(await exportJWK(privateKey)), kid, alg: 'ES256' }
  return { clientId, privateJwk, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } }
}
