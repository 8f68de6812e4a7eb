/** A small honest authorization server: client assertions, PKCE, refresh rotation, DPoP with nonces, JWT tokens. */
import { createLocalJWKSet, decodeJwt, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose'
import { type AttestationCheck, type AttestationVerdict, popMethods } from './attestation-check.ts'
import { type Received, startServer, type TestServer, textOf } from './http-server.ts'
import { createProofCheck, sha256 } from './proof-check.ts'

/** The clock, the registered client and what it may have. */
export interface AuthorizationServerSetup {
  readonly clock: () => number
  readonly clientJwk: JWK | undefined
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** Seconds. */
  readonly lifetime: number
}

/** The running server. */
export interface HonestAuthorizationServer extends TestServer {
  readonly publicJwk: JWK
  nonce: string
  /** How it takes attestations; not at all at first. */
  attestation: AttestationCheck | undefined
  /** `attestation` for a client that has nothing else to authenticate with. */
  clientAuthentication: 'registered' | 'attestation'
  /** What each token request that was answered with a token showed of the agent. */
  readonly agents: AttestationVerdict[]
  /** Members that replace or, being undefined, remove those of the metadata. */
  metadata: Record<string, unknown>
  /** Members that replace those of each token response. */
  tokenResponse: Record<string, unknown>
  /** What a browser would do at the authorization endpoint. */
  browse(url: URL): URL
}

/** Starts it. */
export async function startAuthorizationServer(setup: AuthorizationServerSetup): Promise<HonestAuthorizationServer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const codes = new Map<string, URLSearchParams>()
  const refreshTokens = new Map<string, { scope: string; jkt: string; resource: string }>()
  const assertions = new Set<string>()
  const checkProof = createProofCheck(setup.clock)
  let count = 0

  const server = await startServer(async (request) => {
    if (request.url.pathname === '/.well-known/oauth-authorization-server') return Response.json(metadata())
    if (request.url.pathname === '/token') return answerToken(request)
    return undefined
  })
  const issuer = server.origin

  function metadata() {
    return {
      issuer,
      token_endpoint: `${issuer}/token`,
      authorization_endpoint: `${issuer}/authorize`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none', 'attest_jwt_client_auth'],
      token_endpoint_auth_signing_alg_values_supported: ['ES256', 'EdDSA'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
      authorization_response_iss_parameter_supported: true,
      ...(self.attestation && { client_attestation_pop_methods_supported: popMethods(self.attestation.policy) }),
      ...self.metadata,
    }
  }

  async function answerToken(request: Received): Promise<Response> {
    const form = new URLSearchParams(textOf(request))
    const proof = await checkProof(request, {})
    if ('failure' in proof) return refuse('invalid_dpop_proof')
    if (proof.nonce !== self.nonce) return refuse('use_dpop_nonce')
    const agent = await self.attestation?.judge(request, { audience: issuer, jkt: proof.jkt })
    if (agent === 'invalid') return refuse('invalid_client_attestation')
    if (agent === 'stale') return refuse('use_fresh_attestation')
    if (agent === 'missing' && self.attestation?.policy === 'required') return refuse('invalid_client_attestation')
    const attested = typeof agent === 'object' ? agent : undefined
    const isAttested = self.clientAuthentication === 'attestation'
    if (isAttested ? attested === undefined : !(await isClient(form))) return refuse('invalid_client')
    const resource = form.get('resource')
    if (resource === null) return refuse('invalid_target')
    const scope = grantedScope(form, proof.jkt, resource)
    if (scope === undefined) return refuse('invalid_grant')
    if (scope.split(' ').some((name) => name !== '' && !setup.scopes.includes(name))) return refuse('invalid_scope')
    self.agents.push(agent ?? 'missing')
    const refreshable = form.get('grant_type') !== 'client_credentials'
    return issue({ scope, resource, jkt: proof.jkt, refreshable }, attested?.exp)
  }

  async function isClient(form: URLSearchParams): Promise<boolean> {
    if (setup.clientJwk === undefined) return form.get('client_id') === 'agent'
    const assertion = form.get('client_assertion') ?? ''
    const { jti, exp = 0, iat = 0 } = decodeJwt(assertion)
    if (jti === undefined || assertions.has(jti) || exp - iat > 60) return false
    assertions.add(jti)
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: [setup.clientJwk] }), {
      issuer: 'agent',
      subject: 'agent',
      currentDate: new Date(setup.clock() * 1000),
    })
    return payload.aud === issuer
  }

  function grantedScope(form: URLSearchParams, jkt: string, resource: string): string | undefined {
    if (form.get('grant_type') === 'client_credentials') return form.get('scope') ?? ''
    if (form.get('grant_type') === 'refresh_token') {
      const token = form.get('refresh_token') ?? ''
      const grant = refreshTokens.get(token)
      refreshTokens.delete(token)
      if (grant?.jkt !== jkt || grant.resource !== resource) return undefined
      return form.get('scope') ?? grant.scope
    }
    const asked = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const proven =
      asked?.get('code_challenge') === sha256(form.get('code_verifier') ?? '') &&
      asked.get('redirect_uri') === form.get('redirect_uri') &&
      asked.get('dpop_jkt') === jkt &&
      asked.get('resource') === resource
    return proven ? (asked.get('scope') ?? '') : undefined
  }

  async function issue(
    grant: { scope: string; resource: string; jkt: string; refreshable: boolean },
    attestedUntil: number | undefined,
  ) {
    count += 1
    const now = Math.floor(setup.clock())
    const agent = attestedUntil === undefined ? {} : { agent: { exp: attestedUntil } }
    const claims = { client_id: 'agent', scope: grant.scope, cnf: { jkt: grant.jkt }, ...agent }
    const accessToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(grant.resource)
      .setSubject('agent')
      .setIssuedAt(now)
      .setExpirationTime(now + setup.lifetime)
      .setJti(`token-${count}`)
      .sign(privateKey)
    const refreshToken = `refresh-${count}`
    if (grant.refreshable) refreshTokens.set(refreshToken, grant)
    return Response.json(
      {
        access_token: accessToken,
        token_type: 'DPoP',
        expires_in: setup.lifetime,
        scope: grant.scope,
        ...(grant.refreshable ? { refresh_token: refreshToken } : {}),
        ...self.tokenResponse,
      },
      { headers: { 'dpop-nonce': self.nonce } },
    )
  }

  function refuse(error: string): Response {
    return Response.json({ error }, { status: 400, headers: { 'dpop-nonce': self.nonce } })
  }

  function browse(url: URL): URL {
    count += 1
    const code = `code-${count}`
    codes.set(code, url.searchParams)
    const back = new URL(url.searchParams.get('redirect_uri') ?? setup.redirectUri)
    back.searchParams.set('code', code)
    back.searchParams.set('state', url.searchParams.get('state') ?? '')
    back.searchParams.set('iss', issuer)
    return back
  }

  const self: HonestAuthorizationServer = Object.assign(server, {
    publicJwk: await exportJWK(publicKey),
    nonce: 'as-nonce-1',
    attestation: undefined,
    clientAuthentication: 'registered' as const,
    agents: [],
    metadata: {},
    tokenResponse: {},
    browse,
  })
  return self
}
