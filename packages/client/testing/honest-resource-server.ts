/** A small honest MCP-like resource server: verifies token, proof and content digest; each tool needs a scope, or a capability. */
import { importJWK, type JWK, jwtVerify } from 'jose'
import { type AttestationCheck, type AttestationVerdict, popMethods } from './attestation-check.ts'
import type { CapabilityCheck } from './capability-check.ts'
import { type Received, startServer, type TestServer, textOf } from './http-server.ts'
import { createProofCheck } from './proof-check.ts'

/** Whom it trusts. */
export interface ResourceServerSetup {
  readonly clock: () => number
  readonly issuer: string
  readonly issuerJwk: JWK
}

/** The running server. */
export interface HonestResourceServer extends TestServer {
  /** The MCP URL, which is the resource identifier too. */
  readonly endpoint: string
  nonce: string
  /** Members that replace those of the metadata. */
  metadata: Record<string, unknown>
  /** What the 401 to a request without a token asks for. */
  initialScope: string | undefined
  /** Whether proofs must cover the content; off for clients that cannot. */
  contentDigest: boolean
  /** How it takes attestations; not at all at first. */
  attestation: AttestationCheck | undefined
  /** Whether it serves only agents that the authorization server has seen attested, by what their token says. */
  agentClaim: 'ignored' | 'required'
  /** What each call that was served showed of its agent. */
  readonly agents: AttestationVerdict[]
  /** What capability `delete_note` needs; its scope alone is enough at first. */
  capability: CapabilityCheck | undefined
  /** Tools that ran. */
  readonly calls: string[]
}

const TOOL_SCOPES: Readonly<Record<string, string>> = {
  read_notes: 'notes:read',
  write_note: 'notes:write',
  delete_note: 'notes:delete',
}

/** Starts it. */
export async function startResourceServer(setup: ResourceServerSetup): Promise<HonestResourceServer> {
  const key = await importJWK(setup.issuerJwk, 'ES256')
  const checkProof = createProofCheck(setup.clock)

  const server = await startServer(async (request) => {
    if (request.url.pathname === '/.well-known/oauth-protected-resource/mcp') return Response.json(metadata())
    if (request.url.pathname !== '/mcp') return undefined
    return (await judge(request)) ?? run(request)
  })

  function metadata() {
    return {
      resource: self.endpoint,
      authorization_servers: [setup.issuer],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
      ...(self.attestation && { client_attestation_pop_methods_supported: popMethods(self.attestation.policy) }),
      ...self.metadata,
    }
  }

  async function judge(request: Received): Promise<Response | undefined> {
    const [scheme, accessToken] = (request.headers.get('authorization') ?? '').split(' ')
    if (scheme !== 'DPoP' || accessToken === undefined) return challenge(401, {})
    const claims = await readToken(accessToken)
    if (claims === undefined) return challenge(401, { error: 'invalid_token' })
    const proof = await checkProof(request, { accessToken, contentDigest: self.contentDigest })
    if ('failure' in proof) return challenge(401, { error: 'invalid_dpop_proof', failure: proof.failure })
    if (proof.nonce !== self.nonce) return challenge(401, { error: 'use_dpop_nonce' })
    if (proof.jkt !== claims.jkt) return challenge(401, { error: 'invalid_token' })
    const agent = (await self.attestation?.judge(request, { audience: self.endpoint, jkt: proof.jkt })) ?? 'missing'
    if (agent === 'stale') return challenge(403, { error: 'use_fresh_attestation' })
    const isRequired = self.attestation?.policy === 'required' && agent === 'missing'
    const isLapsed = self.agentClaim === 'required' && setup.clock() >= claims.attestedUntil
    if (agent === 'invalid' || isRequired || isLapsed) return challenge(403, { error: 'invalid_client_attestation' })
    self.agents.push(agent)
    if (self.capability !== undefined && toolOf(request) === 'delete_note')
      return judgeCapability(request, claims.details)
    const needed = TOOL_SCOPES[toolOf(request)]
    if (needed === undefined || claims.scopes.includes(needed)) return undefined
    return challenge(403, { error: 'insufficient_scope', scope: needed })
  }

  function judgeCapability(request: Received, details: unknown): Response | undefined {
    const { name, arguments: args } = JSON.parse(textOf(request)).params
    const call = { resource: self.endpoint, tool: name, arguments: args, details, now: setup.clock() }
    const refused = self.capability?.judge(call)
    if (refused === undefined) return undefined
    const remedy = { authorization_details: [refused.entry] }
    const remediation = Buffer.from(JSON.stringify(remedy)).toString('base64url')
    const params = { error: 'insufficient_authorization', authorization_remediation: remediation }
    return challenge(403, params, { code: refused.code, ...remedy })
  }

  async function readToken(accessToken: string) {
    try {
      const { payload } = await jwtVerify(accessToken, key, {
        issuer: setup.issuer,
        audience: self.endpoint,
        typ: 'at+jwt',
        currentDate: new Date(setup.clock() * 1000),
      })
      const { jkt } = payload.cnf as { jkt: string }
      const { exp: attestedUntil = 0 } = (payload.agent ?? {}) as { exp?: number }
      return { jkt, attestedUntil, scopes: String(payload.scope).split(' '), details: payload.authorization_details }
    } catch {
      return undefined
    }
  }

  function run(request: Received): Response {
    const tool = toolOf(request)
    self.calls.push(tool)
    return Response.json({ jsonrpc: '2.0', id: 1, result: { tool } })
  }

  function challenge(status: number, params: Record<string, string>, problem: object = {}): Response {
    const scope = status === 401 && self.initialScope !== undefined ? { scope: self.initialScope } : {}
    const all = { ...scope, ...params, resource_metadata: `${server.origin}/.well-known/oauth-protected-resource/mcp` }
    const text = Object.entries(all).map(([name, value]) => `${name}="${value}"`)
    const headers = { 'www-authenticate': `DPoP ${text.join(', ')}`, 'dpop-nonce': self.nonce }
    return Response.json({ title: params.error ?? 'missing_token', ...problem }, { status, headers })
  }

  const self: HonestResourceServer = Object.assign(server, {
    endpoint: `${server.origin}/mcp`,
    nonce: 'rs-nonce-1',
    metadata: {},
    initialScope: 'notes:read',
    contentDigest: true,
    attestation: undefined,
    agentClaim: 'ignored' as const,
    agents: [],
    capability: undefined,
    calls: [],
  })
  return self
}

function toolOf(request: Received): string {
  try {
    return JSON.parse(textOf(request)).params.name
  } catch {
    return request.method
  }
}
