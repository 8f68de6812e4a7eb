/** An attestation issuer on a socket of its own, and agents that ask it; what it signs can be bent, as a forger would. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import { createTrust, type Trust, type TrustEntry } from '@countersign/attestation/trust'
import { type AttestationIssuerServer, createAttestationIssuerServer } from '@countersign/attestation-issuer'
import { createFastVerifier } from '@countersign/core/node'
import { closeServer, listen } from '@countersign/resource-server/node'
import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { recordedFetch } from '../recording/recording.ts'
import { type AgentKey, signAssertion } from './wire.ts'

/** A client that the issuer knows as a deployment. */
export interface Deployed {
  readonly clientId: string
  readonly privateJwk: JWK
}

/** An issuer, running. */
export interface AttestationScene {
  readonly issuer: string
  readonly server: AttestationIssuerServer
  /** Its line in the trust lists of servers: its bundle, with its root pinned. */
  readonly entry: TrustEntry
  /** A trust list of this issuer alone. */
  readonly trust: Trust
  close(): Promise<void>
}

/** What deployments of the scenes are attested to be. */
export const attestedAs = {
  identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
  metadata: {
    attestation_version: '1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: ['tools'],
  },
} as const

/** Starts one that attests these deployments, with its database in `folder`. */
export async function startAttestationIssuer(
  folder: string,
  deployments: readonly { readonly clientId: string; readonly publicJwk: JWK }[],
): Promise<AttestationScene> {
  const http = createServer()
  await listen(http, 0, '127.0.0.1')
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const root = await createLocalSigner(await generateSigningJwk(), 'root')
  const server = await createAttestationIssuerServer({
    issuer,
    database: join(folder, 'attestation.sqlite'),
    deployments: deployments.map(({ clientId, publicJwk }) => ({
      clientId,
      jwks: { keys: [publicJwk] },
      ...attestedAs,
    })),
    root,
  })
  http.on('request', listenWith(server.fetch))
  const entry: TrustEntry = {
    issuer,
    keys: { bundle: { url: `${issuer}/keys.jwt`, root: root.publicJwk } },
    level: 'provider',
    providers: ['example'],
  }
  const trust = createTrust([entry], { verifier: createFastVerifier() })
  async function close(): Promise<void> {
    trust.close()
    await closeServer(http, 0)
    await server.close()
  }
  return { issuer, server, entry, trust, close }
}

/** The issuer looks at path, method, type and body alone. */
function listenWith(answer: (request: Request) => Promise<Response>): RequestListener {
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const type = incoming.headers['content-type']
    const request = new Request(`http://issuer.invalid${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers: type === undefined ? {} : { 'content-type': type },
      body: incoming.method === 'POST' ? Buffer.concat(chunks) : null,
    })
    const answered = await answer(request)
    response.writeHead(answered.status, Object.fromEntries(answered.headers))
    response.end(Buffer.from(await answered.arrayBuffer()))
  }
  return (incoming, response) => void handle(incoming, response)
}

/** Asks the issuer for an attestation of an agent's key, as its deployment; for one server where `audience` is given. */
export async function attest(
  issuer: string,
  deployed: Deployed,
  { key, audience }: { readonly key: AgentKey; readonly audience?: string },
): Promise<string> {
  const { attestation_challenge: challenge } = await post(`${issuer}/challenge`, new URLSearchParams())
  const claims = {
    aud: issuer,
    sub: deployed.clientId,
    challenge,
    ...(audience !== undefined && { attestation_audience: audience }),
  }
  const proof = await new SignJWT(claims)
    .setProtectedHeader({ typ: 'attestation-instance+jwt', alg: 'ES256', jwk: key.publicJwk })
    .sign(key.privateKey)
  const { attestation } = await post(
    `${issuer}/attest`,
    new URLSearchParams({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signAssertion(deployed, issuer),
      instance_proof: proof,
    }),
  )
  if (typeof attestation !== 'string') throw new Error('the issuer gave no attestation')
  return attestation
}

async function post(url: string, body: URLSearchParams): Promise<Readonly<Record<string, unknown>>> {
  const response = await recordedFetch(url, { method: 'POST', body })
  const answer = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${JSON.stringify(answer)}`)
  return answer
}

/** A signing key of nobody that anybody trusts. */
export interface StrangersKey {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

/** Makes one, Ed25519. */
export async function createStrangersKey(): Promise<StrangersKey> {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519', { extractable: true })
  return { privateKey, publicJwk: await exportJWK(publicKey) }
}

/** What a forger bends. */
export interface Forgery {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** The claims of a genuine attestation, bent, under a stranger's signature; the key travels along in the header. */
export function forge(genuine: string, key: StrangersKey, { claims = {}, header = {} }: Forgery = {}): Promise<string> {
  return new SignJWT({ ...decodeJwt(genuine), ...claims })
    .setProtectedHeader({ typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', jwk: key.publicJwk, ...header })
    .sign(key.privateKey)
}

/** The same signature over other claims. */
export function tamper(genuine: string, claims: Readonly<Record<string, unknown>>): string {
  const [header, payload, signature] = genuine.split('.')
  const bent = { ...JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()), ...claims }
  return [header, Buffer.from(JSON.stringify(bent)).toString('base64url'), signature].join('.')
}
