/** A guard with an issuer and an agent that it knows, all on one clock that the test moves. */
import { createTrustList } from '@countersign/attestation/trust'
import { createMemoryLedger, type GuardEvent, type Ledger, type Spend } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createGuard, type Guard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { IssuerTrust } from '../token/issuer-trust.ts'
import { type AgentKey, createAgentKey, type ProofContent, signProof } from './agent.test-fixture.ts'
import type { TrustLine } from './attester.test-fixture.ts'
import { createIssuer, type Members, resource, start, type TestIssuer } from './issuer.test-fixture.ts'

/** Everything of one deployment that a test may look at. */
export interface Scene {
  readonly guard: Guard
  readonly issuer: TestIssuer
  readonly agent: AgentKey
  readonly events: GuardEvent[]
  /** What reached the ledger. */
  readonly spends: Spend[]
  /** The clock of everything in the scene, NumericDate. */
  now: number
  /** A token for this server, bound to the agent's key. */
  token(claims?: Members): Promise<string>
  /** The server's current nonce, as its challenge tells it. */
  nonce(): Promise<string>
  /** A good call, but for what is overridden. */
  request(parts?: RequestParts): Promise<Request>
}

/** How a request differs from a good call of `read_notes`. */
export interface RequestParts {
  readonly method?: string
  readonly url?: string
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null
  readonly token?: string
  /** How the proof differs; `null` sends none. */
  readonly proof?: ProofContent | null
  /** Set last; `null` takes a header away. */
  readonly headers?: Readonly<Record<string, string | null>>
}

/** The policy of the scenes: `read_notes` needs what the token has, the others need more. */
const scenePolicy = {
  initialScopes: ['notes:read'],
  tools: {
    read_notes: { scopes: ['notes:read'] },
    write_note: { scopes: ['notes:write'] },
    delete_note: { scopes: ['notes:delete'], contentDigest: 'required' },
    sign_note: { scopes: ['notes:read'], contentDigest: 'required' },
  },
  resources: { 'notes:///*': { scopes: ['notes:read'] } },
  prompts: { summarise_notes: { scopes: ['notes:read'] } },
} as const satisfies Partial<GuardOptions>

/** How a scene's guard differs. */
export interface SceneOptions extends Partial<GuardOptions> {
  /** How it trusts the scene's issuer, beside knowing its key. */
  readonly issuerTrust?: Partial<IssuerTrust>
  /** Whose attestations count. */
  readonly attesters?: readonly TrustLine[]
  /** The agent, when another scene has it too. */
  readonly agent?: AgentKey
  /** Who issues its tokens, when that is not `https://auth.example`. */
  readonly issuedBy?: string
  /** How its guard is made, when that is not `createGuard`. */
  readonly create?: (options: GuardOptions) => Guard
}

/** Sets everything up; `overrides` go to the guard. */
export async function createScene(options: SceneOptions = {}): Promise<Scene> {
  const { issuerTrust = {}, attesters, issuedBy, create = createGuard, ...others } = options
  const { agent = await createAgentKey(), ...overrides } = others
  const issuer = await createIssuer(issuedBy === undefined ? {} : { issuer: issuedBy })
  const events: GuardEvent[] = []
  const spends: Spend[] = []
  const clock = () => scene.now
  const guard = create({
    resource,
    authorizationServers: [{ issuer: issuer.issuer, jwks: { keys: [issuer.publicJwk] }, ...issuerTrust }],
    ...scenePolicy,
    clock,
    events: (event) => events.push(event),
    ledger: recordSpends(createMemoryLedger({ clock }), spends),
    ...(attesters && { trust: createTrustList(overrides.verifier ?? createFastVerifier(), attesters) }),
    ...overrides,
  })
  const scene: Scene = {
    guard,
    issuer,
    agent,
    events,
    spends,
    now: start,
    token: (claims) =>
      issuer.sign({
        aud: guard.metadata.resource,
        cnf: { jkt: agent.thumbprint },
        iat: scene.now,
        exp: scene.now + 300,
        ...claims,
      }),
    nonce: () => obtainNonce(guard, overrides.hosts?.[0]),
    request: (parts = {}) => createRequest(scene, parts),
  }
  return scene
}

/** The ledger itself, with a note of what it was asked. */
function recordSpends(ledger: Ledger, spends: Spend[]): Ledger {
  return {
    lifetime: ledger.lifetime,
    spend(asked) {
      spends.push(...asked)
      return ledger.spend(asked)
    },
  }
}

async function obtainNonce({ check, metadata }: Guard, host: string | undefined): Promise<string> {
  const headers = host === undefined ? {} : { host }
  const answer = await check(new Request(metadata.resource, { method: 'POST', headers }))
  const nonce = answer instanceof Response ? answer.headers.get('dpop-nonce') : null
  if (nonce === null) throw new Error('the challenge carries no nonce')
  return nonce
}

async function createRequest(scene: Scene, parts: RequestParts): Promise<Request> {
  const { resource: served } = scene.guard.metadata
  const { method = 'POST', url = served, proof = {} } = parts
  const body = parts.body === undefined && method === 'POST' ? toolCall('read_notes') : (parts.body ?? null)
  const token = parts.token ?? (await scene.token())
  const headers = new Headers({ authorization: `DPoP ${token}` })
  if (body !== null) headers.set('content-type', 'application/json')
  if (proof !== null) {
    const content = body instanceof ReadableStream || body === null ? undefined : body
    const claims = { method, url: served, token, nonce: await scene.nonce(), content, now: scene.now }
    headers.set('dpop', await signProof(scene.agent, { ...claims, ...proof }))
  }
  for (const [name, value] of Object.entries(parts.headers ?? {})) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  const init: RequestInit & { duplex: 'half' } = { method, headers, body, duplex: 'half' }
  return new Request(url, init)
}

/** A JSON-RPC request. */
export function rpc(method: string, params: Members = {}, id: number | string = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

/** A call of a tool. */
export function toolCall(name: string, args: Members = {}): string {
  return rpc('tools/call', { name, arguments: args })
}
