/** One authorization server, one resource server, one registered client and a clock, for a test. */
import { exportJWK, generateKeyPair } from 'jose'
import { type Agent, type AgentOptions, createAgent } from '../src/agent.ts'
import type { ClientCredentials, Credentials } from '../src/credentials.ts'
import { type HonestAuthorizationServer, startAuthorizationServer } from './honest-authorization-server.ts'
import { type HonestResourceServer, startResourceServer } from './honest-resource-server.ts'

/** The parts. */
export interface World {
  readonly authorization: HonestAuthorizationServer
  readonly notes: HonestResourceServer
  readonly credentials: Credentials
  /** Of the client `worker`, which the agent may delegate to. */
  readonly workerCredentials: ClientCredentials
  /** Seconds; the test moves it. */
  time: number
  readonly clock: () => number
  /** An agent of this client; the URLs a person was shown are in `shown`. */
  agent(options?: Partial<AgentOptions>): Promise<Agent>
  readonly shown: URL[]
}

/** Which grant the client uses. */
export interface WorldSetup {
  readonly grant?: 'client_credentials' | 'authorization_code'
  readonly lifetime?: number
}

/** Starts everything; `onTestFinished` of the test runner stops it. */
export async function startWorld(
  onTestFinished: (stop: () => Promise<void>) => void,
  { grant = 'client_credentials', lifetime = 300 }: WorldSetup = {},
): Promise<World> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const worker = await generateKeyPair('ES256', { extractable: true })
  const confidential = grant === 'client_credentials'
  const redirectUri = 'http://127.0.0.1:1/callback'
  const clock = () => world.time
  const authorization = await startAuthorizationServer({
    clock,
    clientJwk: confidential ? await exportJWK(publicKey) : undefined,
    workerJwk: await exportJWK(worker.publicKey),
    redirectUri,
    scopes: ['notes:read', 'notes:write', 'notes:delete'],
    lifetime,
  })
  const notes = await startResourceServer({ clock, issuer: authorization.origin, issuerJwk: authorization.publicJwk })
  onTestFinished(async () => {
    await Promise.all([authorization.close(), notes.close()])
  })
  const shown: URL[] = []
  const authorize = async (url: URL) => {
    shown.push(url)
    return authorization.browse(url)
  }
  const credentials: Credentials = confidential
    ? { clientId: 'agent', privateJwk: await exportJWK(privateKey) }
    : { clientId: 'agent', redirectUri, authorize }
  const world: World = {
    authorization,
    notes,
    credentials,
    workerCredentials: { clientId: 'worker', privateJwk: await exportJWK(worker.privateKey) },
    time: 1_800_000_000,
    clock,
    agent: (options) => createAgent({ credentials, clock, ...options }),
    shown,
  }
  return world
}

/** A JSON-RPC `tools/call`, as `fetch` arguments. */
export function toolCall(name: string, args: Record<string, unknown> = {}): RequestInit {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } })
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body }
}
