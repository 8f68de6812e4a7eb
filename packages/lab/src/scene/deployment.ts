/** A whole deployment on real sockets: authorization server, guarded notes server, and the keys of one agent. */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrustList } from '@countersign/attestation/trust'
import type { AttestationWeakness } from '@countersign/attestation/unsafe'
import type { Presence } from '@countersign/attestation/verify'
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from '@countersign/authorization-server'
import { createWeakenedAuthorizationServer, type WeakenedOptions } from '@countersign/authorization-server/unsafe'
import type { GuardEvent, Spend } from '@countersign/core'
import { type NotesStore, notesScopes } from '@countersign/notes-server'
import type { GuardOptions, McpHandler } from '@countersign/resource-server'
import { closeServer, listen } from '@countersign/resource-server/node'
import type { Watch, Weakness } from '@countersign/resource-server/unsafe'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type AttestationScene, startAttestationIssuer } from './attestation.ts'
import { type CapabilityTools, declareTools } from './capability-tools.ts'
import { type NotesDeployment, serveNotes } from './guarded-notes.ts'
import { type DeploymentLog, logRequests } from './log.ts'
import type { SceneTouch } from './weak-settings.ts'

/** How a deployment differs from the hardened one. */
export interface DeploymentOptions {
  /** Weaknesses of the notes server's guard; none makes it the hardened one. */
  readonly weak?: readonly Weakness[]
  /** What is weak about the guard's verifier of attestations; default: nothing. */
  readonly weakAttestation?: readonly AttestationWeakness[]
  /** With an attestation issuer, which the guards trust; so does the authorization server where it is `everywhere`. */
  readonly attestation?: 'guards' | 'everywhere'
  /** Whose attestations count at the authorization server; default: those of its own issuer, where it is `everywhere`. */
  readonly authorizationTrust?: TrustList
  /** What the authorization server asks of the agents of its clients; default: nothing. */
  readonly clientAttestation?: Presence
  /** What is weak about the authorization server; default: nothing. */
  readonly authorization?: WeakenedOptions
  /** Gives each guarded server a ledger on SQLite; by default they spend in memory. */
  readonly durable?: true
  /** What a ledger on SQLite is given to keep in the place of each spend, at a time in seconds; default: the spend. */
  readonly bendSpend?: (spend: Spend, now: number) => Spend
  /**
   * Tools of both guarded servers that take a capability, which the authorization server issues. Their ledgers are then
   * durable, and the clients may exchange tokens.
   */
  readonly capabilities?: CapabilityTools
  /** For both guarded servers. */
  readonly guard?: Partial<GuardOptions>
  /** Seconds that an access token lives; default 300. */
  readonly accessTokenLifetime?: number
  /** Hears what the servers do. */
  readonly watch?: DeploymentWatch
  /** Where the servers log to; default: nowhere. */
  readonly log?: DeploymentLog
  /** What stands behind the guards; default: the SDK's own handler. */
  readonly handler?: (notes: NotesStore) => McpHandler
}

/** What is told of servers as they run. */
export interface DeploymentWatch {
  /** Which checks of the guards object to a call, or establish something about it. */
  readonly guard: Watch
  /** Which paths of the authorization server are asked for. */
  readonly authorization: (path: string) => void
  /** What the guards tell. */
  readonly told: (event: GuardEvent) => void
  /** What of its scene the attack comes to. */
  readonly touched: (what: SceneTouch) => void
}

/** The parts, and what the tests and the attacks hold of each. */
export interface Deployment {
  readonly issuer: string
  /** The server under attack. */
  readonly a: NotesDeployment
  /** Another one, of the same authorization server. */
  readonly b: NotesDeployment
  /** A client that may use client credentials for all of the notes' scopes. */
  readonly client: { readonly clientId: string; readonly privateJwk: JWK }
  /** May have what `client` passes on to it, where there are capabilities, and nothing by itself. */
  readonly worker: { readonly clientId: string; readonly privateJwk: JWK }
  /** The same as `client`, but its tokens are bound to no key. */
  readonly bearerClient: { readonly clientId: string; readonly privateJwk: JWK }
  /** A public client with a person behind it. */
  readonly publicClient: { readonly clientId: string; readonly redirectUri: string }
  readonly user: { readonly name: string; readonly password: string }
  /** Where the deployment has one. */
  readonly attestation: AttestationScene | undefined
  /** What an operator does at the authorization server. */
  readonly revoke: AuthorizationServer['revoke']
  close(): Promise<void>
}

/** Starts everything on free ports of 127.0.0.1, with its data in a folder that `close` deletes. */
export async function startDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const data = mkdtempSync(join(tmpdir(), 'countersign-scene-'))
  const servers = await Promise.all([openServer(), openServer(), openServer()])
  const [authorization, serverA, serverB] = servers
  const { log } = options
  if (log?.withRequests === true) for (const http of servers) logRequests(http, log.write)
  const issuer = originOf(authorization)
  const resources = [`${originOf(serverA)}/mcp`, `${originOf(serverB)}/mcp`] as const
  const client = await createClient('agent')
  const bearerClient = await createClient('bearer-agent')
  const worker = await createClient('worker')
  const publicClient = { clientId: 'app', redirectUri: 'http://127.0.0.1/callback' }
  const user = { name: 'ada', password: 'correct horse battery staple' }
  const scopes = Object.keys(notesScopes)
  const { accessTokenLifetime = 300, capabilities } = options
  const registered = { name: 'Notes', scopes: notesScopes, accessTokenLifetime }
  const tools = capabilities === undefined ? {} : { tools: declareTools(capabilities) }
  const exchange = capabilities === undefined ? [] : (['token_exchange'] as const)
  const attestation =
    options.attestation === undefined ? undefined : await startAttestationIssuer(data, [client, bearerClient])
  const trust = attestation === undefined ? {} : { trust: attestation.trust }
  const asked = options.clientAttestation === undefined ? {} : { attestation: options.clientAttestation }
  const server = await createServerFor(options, {
    issuer,
    database: join(data, 'authorization.sqlite'),
    resources: resources.map((resource) => ({ resource, ...registered, ...tools })),
    clients: [
      {
        clientId: client.clientId,
        grants: ['client_credentials', ...exchange],
        jwks: { keys: [client.publicJwk] },
        scopes,
        ...(capabilities !== undefined && { delegatesTo: [worker.clientId] }),
        ...asked,
      },
      { clientId: worker.clientId, grants: ['token_exchange'], jwks: { keys: [worker.publicJwk] }, scopes },
      {
        clientId: bearerClient.clientId,
        grants: ['client_credentials'],
        jwks: { keys: [bearerClient.publicJwk] },
        scopes,
        allowBearer: true,
      },
      {
        clientId: publicClient.clientId,
        name: 'App',
        grants: ['authorization_code', 'refresh_token', ...exchange],
        public: true,
        redirectUris: [publicClient.redirectUri],
        scopes,
        ...asked,
      },
    ],
    users: [{ subject: 'user-ada', ...user }],
    ...(log !== undefined && { log: (entry) => log.write(JSON.stringify(entry)) }),
    ...(options.attestation === 'everywhere' && trust),
    ...(options.authorizationTrust !== undefined && { trust: options.authorizationTrust }),
  })
  authorization.on('request', ({ url = '' }: IncomingMessage) => options.watch?.authorization(url))
  authorization.on('request', server.listener)
  const guarded = { ...options, guard: { ...trust, ...options.guard } }
  const a = await serveNotes(serverA, { resource: resources[0], issuer, path: join(data, 'a.sqlite') }, guarded)
  const b = await serveNotes(serverB, { resource: resources[1], issuer, path: join(data, 'b.sqlite') }, guarded)

  async function close(): Promise<void> {
    await Promise.all(servers.map((http) => closeServer(http, 0)))
    await server.close()
    await attestation?.close()
    a.notes.close()
    b.notes.close()
    rmSync(data, { recursive: true })
  }

  const clients = { client, worker, bearerClient, publicClient }
  return { issuer, a, b, ...clients, user, attestation, revoke: server.revoke, close }
}

async function createServerFor(
  { authorization }: DeploymentOptions,
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  if (authorization === undefined) return createAuthorizationServer(options)
  // As with guards: the server itself insists on it.
  process.env.COUNTERSIGN_UNSAFE = '1'
  return createWeakenedAuthorizationServer(options, authorization)
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
