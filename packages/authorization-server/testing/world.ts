/** A real authorization server on a real port, with one client of each kind and one person. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type AuthorizationServer, assembleAuthorizationServer } from '../src/authorization-server.ts'
import type {
  AuthorizationServerOptions,
  ClientRegistration,
  ResourceRegistration,
} from '../src/configuration/options.ts'
import type { LogEntry } from '../src/log.ts'
import type { Variation } from '../src/variation.ts'

export interface KeyPair {
  readonly alg: 'ES256' | 'EdDSA' | 'Ed25519'
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export async function makeKey(alg: KeyPair['alg'] = 'ES256'): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, privateKey, publicJwk: await exportJWK(publicKey) }
}

export const NOTES = 'https://notes.example/mcp'
export const MAIL = 'https://mail.example/mcp'
export const REDIRECT = 'http://127.0.0.1/callback'
export const USER = { subject: 'user-1', name: 'Ada', password: 'correct horse battery staple' }

export const notesResource: ResourceRegistration = {
  resource: NOTES,
  name: 'Notes',
  scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Write notes', 'notes:delete': 'Delete notes' },
}
export const mailResource: ResourceRegistration = { resource: MAIL, scopes: { 'mail:send': 'Send mail' } }

export interface World {
  readonly issuer: string
  readonly folder: string
  readonly database: string
  readonly log: LogEntry[]
  readonly agentKey: KeyPair
  readonly edKey: KeyPair
  /** The operator's own revocation. */
  revoke: AuthorizationServer['revoke']
  probe: AuthorizationServer['probe']
  rotateKeys: AuthorizationServer['rotateKeys']
  keys: AuthorizationServer['keys']
  close(): Promise<void>
  /**
   * Stops the server and starts another on the same port and database, with which anything may be done in between;
   * from then on with these options beside its own.
   */
  restart(meanwhile?: () => void, more?: Partial<AuthorizationServerOptions>): Promise<void>
  /** Starts a second server of the same issuer on the same database, as behind a load balancer; yields its address. */
  startTwin(): Promise<string>
}

export interface WorldOptions extends Variation {
  readonly options?: Partial<AuthorizationServerOptions>
  readonly path?: string
  /** So many equal servers, of which each request meets the next, as behind a load balancer; 1 unless said. */
  readonly servers?: number
  /** Beside the usual ones. */
  readonly clients?: readonly ClientRegistration[]
}

/** Starts one; `path` puts the issuer below a path. */
export async function startWorld(settings: WorldOptions = {}): Promise<World> {
  const { options = {}, path = '', clients = [], servers: count = 1, ...variation } = settings
  const folder = mkdtempSync(join(tmpdir(), 'authorization-server-'))
  const database = options.database ?? join(folder, 'as.db')
  const log: LogEntry[] = []
  const agentKey = await makeKey('ES256')
  const edKey = await makeKey('EdDSA')

  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`
  let more: Partial<AuthorizationServerOptions> = {}
  const start = () =>
    assembleAuthorizationServer(
      {
        issuer,
        database,
        resources: [notesResource],
        users: [USER],
        log: (entry) => log.push(entry),
        clients: [
          {
            clientId: 'agent',
            name: 'Test agent',
            grants: ['client_credentials'],
            jwks: { keys: [agentKey.publicJwk] },
            scopes: ['notes:read', 'notes:write'],
          },
          {
            clientId: 'ed-agent',
            grants: ['client_credentials', 'authorization_code', 'refresh_token'],
            jwks: { keys: [edKey.publicJwk] },
            redirectUris: ['https://app.example/callback'],
            scopes: ['notes:read'],
          },
          {
            clientId: 'bearer-agent',
            grants: ['client_credentials'],
            jwks: { keys: [agentKey.publicJwk] },
            scopes: ['notes:read'],
            allowBearer: true,
          },
          {
            clientId: 'desktop',
            name: 'Desktop <b>app</b>',
            grants: ['authorization_code', 'refresh_token'],
            public: true,
            redirectUris: [REDIRECT],
            scopes: ['notes:read', 'notes:write'],
          },
          ...clients,
        ],
        ...options,
        ...more,
      },
      variation,
    )
  const startAll = async () => {
    const first = await start()
    return { first, all: [first, ...(await Promise.all(Array.from({ length: count - 1 }, start)))] }
  }
  let servers = await startAll()
  let turn = 0
  http.on('request', (req, res) => servers.all[turn++ % count]?.listener(req, res))
  const closeAll = () => Promise.all(servers.all.map((server) => server.close()))
  const closings: (() => Promise<unknown>)[] = []

  const world: World = {
    issuer,
    folder,
    database,
    log,
    agentKey,
    edKey,
    revoke: (what) => servers.first.revoke(what),
    probe: () => servers.first.probe(),
    rotateKeys: (how) => servers.first.rotateKeys(how),
    keys: () => servers.first.keys(),
    async startTwin() {
      const twin = await start()
      const twinHttp = createServer(twin.listener)
      await new Promise<void>((resolve) => twinHttp.listen(0, '127.0.0.1', resolve))
      closings.push(async () => {
        twinHttp.closeAllConnections()
        await new Promise((resolve) => twinHttp.close(resolve))
        await twin.close()
      })
      return `http://127.0.0.1:${(twinHttp.address() as AddressInfo).port}${path}`
    },
    async close() {
      for (const closeTwin of closings) await closeTwin()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await closeAll()
      rmSync(folder, { recursive: true, force: true })
    },
    async restart(meanwhile = () => {}, changed = more) {
      await closeAll()
      more = changed
      meanwhile()
      servers = await startAll()
    },
  }
  return world
}
