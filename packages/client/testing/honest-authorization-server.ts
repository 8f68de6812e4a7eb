/** A small honest authorization server: client assertions, PKCE, refresh rotation, exchange, capabilities, DPoP with nonces. */
import { type CapabilityRequest, mintCapability } from '@countersign/capability'
import { createLocalJWKSet, decodeJwt, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose'
import { type AttestationCheck, type AttestationVerdict, popMethods } from './attestation-check.ts'
import {
  type CapabilityPolicy,
  exchange,
  type Granting,
  mintContext,
  mintUnattended,
  type Requester,
  readDetails,
  type TokenContent,
} from './capability-grants.ts'
import { type Received, startServer, type TestServer, textOf } from './http-server.ts'
import { createProofCheck, sha256 } from './proof-check.ts'

/** The clock, the registered client and what it may have. */
export interface AuthorizationServerSetup {
  readonly clock: () => number
  readonly clientJwk: JWK | undefined
  /** Of the client `worker`. */
  readonly workerJwk: JWK
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
  /** Who has to approve a capability, and whom the agent may delegate to. */
  readonly policy: CapabilityPolicy
  /** Members that replace or, being undefined, remove those of the metadata. */
  metadata: Record<string, unknown>
  /** What a person makes of the entries that they are shown; grants them as they are at first. */
  consider: (entries: readonly CapabilityRequest[]) => readonly CapabilityRequest[]
  /** Members that replace those of each token response. */
  tokenResponse: Record<string, unknown>
  /** What a browser would do at the authorization endpoint. */
  browse(url: URL): URL
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** Starts it. */
export async function startAuthorizationServer(setup: AuthorizationServerSetup): Promise<HonestAuthorizationServer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const codes = new Map<string, URLSearchParams>()
  const refreshTokens = new Map<string, TokenContent>()
  const accessTokens = new Map<string, TokenContent>()
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
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials', TOKEN_EXCHANGE],
      authorization_details_types_supported: ['mcp_tool'],
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
    const clientId = isAttested ? attested && 'agent' : await authenticate(form)
    if (clientId === undefined) return refuse('invalid_client')
    if (form.get('resource') === null) return refuse('invalid_target')
    const granted = grant(form, { clientId, jkt: proof.jkt })
    if ('error' in granted) return refuse(granted.error)
    const { scope } = granted
    if (scope.split(' ').some((name) => name !== '' && !setup.scopes.includes(name))) return refuse('invalid_scope')
    self.agents.push(agent ?? 'missing')
    return issue(form, granted, attested?.exp)
  }

  async function authenticate(form: URLSearchParams): Promise<string | undefined> {
    const clientId = form.get('client_id') ?? ''
    const jwk = clientId === 'worker' ? setup.workerJwk : setup.clientJwk
    if (jwk === undefined) return clientId === 'agent' ? clientId : undefined
    const assertion = form.get('client_assertion') ?? ''
    const { jti, exp = 0, iat = 0 } = decodeJwt(assertion)
    if (jti === undefined || assertions.has(jti) || exp - iat > 60) return undefined
    assertions.add(jti)
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: [jwk] }), {
      issuer: clientId,
      subject: clientId,
      currentDate: new Date(setup.clock() * 1000),
    })
    return payload.aud === issuer ? clientId : undefined
  }

  function grant(form: URLSearchParams, requester: Requester): Granting {
    const now = Math.floor(setup.clock())
    const { policy } = self
    const resource = form.get('resource') ?? ''
    if (form.get('grant_type') === TOKEN_EXCHANGE) {
      const subject = accessTokens.get(form.get('subject_token') ?? '')
      return subject === undefined ? { error: 'invalid_grant' } : exchange(form, { subject, requester, now, policy })
    }
    if (form.get('grant_type') === 'client_credentials') {
      const details = readDetails(form.get('authorization_details')) ?? []
      const capabilities = mintUnattended(details, { approval: policy.approval, now })
      return 'error' in capabilities
        ? capabilities
        : { ...requester, scope: form.get('scope') ?? '', resource, capabilities }
    }
    if (form.get('grant_type') === 'refresh_token') {
      const token = form.get('refresh_token') ?? ''
      const granted = refreshTokens.get(token)
      refreshTokens.delete(token)
      if (granted?.jkt !== requester.jkt || granted.resource !== resource) return { error: 'invalid_grant' }
      return { ...granted, scope: form.get('scope') ?? granted.scope }
    }
    return redeem(form, requester, now)
  }

  function redeem(form: URLSearchParams, requester: Requester, now: number): Granting {
    const asked = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const resource = form.get('resource') ?? ''
    const proven =
      asked?.get('code_challenge') === sha256(form.get('code_verifier') ?? '') &&
      asked.get('redirect_uri') === form.get('redirect_uri') &&
      asked.get('dpop_jkt') === requester.jkt &&
      asked.get('resource') === resource
    if (!proven) return { error: 'invalid_grant' }
    const details = self.consider(readDetails(asked.get('authorization_details')) ?? [])
    const minted = details.map((entry) => mintCapability(entry, { ...mintContext(now), approved: true }))
    const capabilities = minted.flatMap((result) => (result.ok ? [result.value] : []))
    return { ...requester, scope: asked.get('scope') ?? '', resource, capabilities }
  }

  async function issue(form: URLSearchParams, granted: TokenContent, attestedUntil: number | undefined) {
    count += 1
    const now = Math.floor(setup.clock())
    const ends = Math.min(now + setup.lifetime, granted.ends ?? Number.POSITIVE_INFINITY)
    const agent = attestedUntil === undefined ? {} : { agent: { exp: attestedUntil } }
    const details = granted.capabilities.length === 0 ? {} : { authorization_details: granted.capabilities }
    const claims = {
      client_id: granted.clientId,
      scope: granted.scope,
      cnf: { jkt: granted.jkt },
      ...agent,
      ...details,
    }
    const mayAct = granted.mayAct === undefined ? {} : { may_act: { sub: granted.mayAct } }
    const act = granted.act === undefined ? {} : { act: granted.act }
    const accessToken = await new SignJWT({ ...claims, ...mayAct, ...act })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(granted.resource)
      .setSubject('agent')
      .setIssuedAt(now)
      .setExpirationTime(ends)
      .setJti(`token-${count}`)
      .sign(privateKey)
    accessTokens.set(accessToken, { ...granted, ends })
    const refreshToken = `refresh-${count}`
    const grantType = form.get('grant_type')
    const isRefreshable = grantType === 'authorization_code' || grantType === 'refresh_token'
    if (isRefreshable) refreshTokens.set(refreshToken, granted)
    return Response.json(
      {
        access_token: accessToken,
        token_type: 'DPoP',
        expires_in: ends - now,
        scope: granted.scope,
        ...details,
        ...(isRefreshable ? { refresh_token: refreshToken } : {}),
        ...(grantType === TOKEN_EXCHANGE ? { issued_token_type: ACCESS_TOKEN_TYPE } : {}),
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
    policy: { approval: 'person' as const, delegatesTo: ['worker'] },
    consider: (entries: readonly CapabilityRequest[]) => entries,
    metadata: {},
    tokenResponse: {},
    browse,
  })
  return self
}
