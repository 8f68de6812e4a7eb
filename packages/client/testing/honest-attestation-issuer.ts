/** A small honest attestation issuer: a challenge, a client assertion, an instance proof, an attestation. */
import {
  createAttestationChallenges,
  createAttestationIssuer,
  createLocalSigner,
  generateSigningJwk,
} from '@countersign/attestation/issue'
import type { Ledger } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createLocalJWKSet, decodeJwt, type JWK, jwtVerify } from 'jose'
import { type Received, startServer, type TestServer, textOf } from './http-server.ts'

/** The running issuer. */
export interface HonestAttestationIssuer extends TestServer {
  readonly publicJwk: JWK
  /** Members that replace or, being undefined, remove those of the metadata. */
  metadata: Record<string, unknown>
  /** Members that replace those of each answer with an attestation. */
  answer: Record<string, unknown>
}

/** The clock, and the deployment's public key. */
export interface AttestationIssuerSetup {
  readonly clock: () => number
  readonly deploymentJwk: JWK
}

/** Starts it. */
export async function startAttestationIssuer(setup: AttestationIssuerSetup): Promise<HonestAttestationIssuer> {
  const { clock, deploymentJwk } = setup
  const verifier = createFastVerifier()
  const signer = await createLocalSigner(await generateSigningJwk('Ed25519'))
  const assertions = new Set<string>()

  const server = await startServer(async (request) => {
    if (request.url.pathname === '/.well-known/attestation-issuer') return Response.json(metadata())
    if (request.method !== 'POST') return undefined
    if (request.url.pathname === '/challenge') return answerChallenge()
    return request.url.pathname === '/attest' ? answerAttest(request) : undefined
  })
  const attestations = createAttestationIssuer({
    issuer: server.origin,
    signer: () => signer,
    registrations: { find: (clientId) => ({ ...REGISTRATION, clientId }) },
    challenges: createAttestationChallenges({ verifier, ledger: makeLedger(), clock }),
    verifier,
    clock,
  })

  function metadata() {
    const { origin } = server
    return {
      issuer: origin,
      jwks_uri: `${origin}/jwks.json`,
      challenge_endpoint: `${origin}/challenge`,
      attestation_endpoint: `${origin}/attest`,
      ...self.metadata,
    }
  }

  async function answerChallenge(): Promise<Response> {
    return Response.json({ attestation_challenge: await attestations.challenge(), expires_in: 60 })
  }

  async function answerAttest(request: Received): Promise<Response> {
    const form = new URLSearchParams(textOf(request))
    const clientId = await authenticate(form)
    if (clientId === undefined) return Response.json({ error: 'invalid_client' }, { status: 401 })
    const issued = await attestations.issue(clientId, form.get('instance_proof') ?? '')
    if (!issued.ok) {
      const headers = { 'oauth-client-attestation-challenge': await attestations.challenge() }
      return Response.json({ error: issued.rejection.code }, { status: 400, headers })
    }
    const { attestation, issuedAt, expires } = issued.value
    return Response.json({ attestation, issued_at: issuedAt, expires_at: expires, ...self.answer })
  }

  async function authenticate(form: URLSearchParams): Promise<string | undefined> {
    const assertion = form.get('client_assertion') ?? ''
    const { jti, exp = 0, iat = 0 } = decodeJwt(assertion)
    if (jti === undefined || assertions.has(jti) || exp - iat > 300) return undefined
    assertions.add(jti)
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: [deploymentJwk] }), {
      issuer: 'agent',
      subject: 'agent',
      currentDate: new Date(clock() * 1000),
    })
    return payload.aud === server.origin ? 'agent' : undefined
  }

  const self: HonestAttestationIssuer = Object.assign(server, {
    publicJwk: { ...signer.publicJwk },
    metadata: {},
    answer: {},
  })
  return self
}

const REGISTRATION = {
  identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
  metadata: {
    attestation_version: '1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: ['tools'],
  },
} as const

/** As durable as a test is long. */
function makeLedger(): Ledger {
  const spent = new Set<string>()
  return {
    lifetime: 'durable',
    async spend(spends) {
      const used = spends.find(({ key }) => spent.has(key))
      if (used !== undefined) return { spent: false, exhausted: used.key }
      for (const { key } of spends) spent.add(key)
      return { spent: true }
    },
  }
}
