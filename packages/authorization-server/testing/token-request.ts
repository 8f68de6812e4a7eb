/** Token requests by hand: assertion, proof, form. */
import { randomUUID } from 'node:crypto'
import { decodeJwt, type JWTPayload, SignJWT } from 'jose'
import type { KeyPair, World } from './world.ts'

export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

const now = () => Math.floor(Date.now() / 1000)

/** A client assertion; `claims` override what a good one says, and `undefined` leaves a claim out. */
export function makeAssertion(
  issuer: string,
  clientId: string,
  key: KeyPair,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const good = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat: now(), exp: now() + 60 }
  return new SignJWT({ ...good, ...claims } as JWTPayload)
    .setProtectedHeader({ alg: key.alg, typ: 'JWT' })
    .sign(key.privateKey)
}

/** A DPoP proof for the token endpoint. */
export function makeTokenProof(issuer: string, key: KeyPair, claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${issuer}/token`, iat: now(), ...claims } as JWTPayload)
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.publicJwk })
    .sign(key.privateKey)
}

/** Sends a form to the token endpoint. */
export async function postToken(
  issuer: string,
  form: Record<string, string> | [string, string][],
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(form), headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}

/** Yields a nonce by asking without one. */
export async function fetchNonce({ issuer, agentKey }: World): Promise<string> {
  const form = await assertionForm(issuer, 'agent', agentKey)
  const { headers } = await postToken(issuer, form, { DPoP: await makeTokenProof(issuer, agentKey) })
  const nonce = headers.get('DPoP-Nonce')
  if (nonce === null) throw new Error('no nonce')
  return nonce
}

/** A client_credentials form without client_id: the assertion names the client. */
export async function assertionForm(
  issuer: string,
  clientId: string,
  key: KeyPair,
  rest: Record<string, string> = {},
  claims: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  return {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await makeAssertion(issuer, clientId, key, claims),
    ...rest,
  }
}

/** A whole client_credentials request with proof and nonce. */
export async function requestAgentToken(
  world: World,
  rest: Record<string, string> = { scope: 'notes:read' },
  { proofKey = world.agentKey, claims = {} }: { proofKey?: KeyPair; claims?: Record<string, unknown> } = {},
): Promise<TokenAnswer> {
  const nonce = await fetchNonce(world)
  const form = await assertionForm(world.issuer, 'agent', world.agentKey, rest, claims)
  return postToken(world.issuer, form, { DPoP: await makeTokenProof(world.issuer, proofKey, { nonce }) })
}

export function claimsOf(answer: TokenAnswer): JWTPayload {
  if (typeof answer.body.access_token !== 'string') throw new Error(`no token: ${JSON.stringify(answer.body)}`)
  return decodeJwt(answer.body.access_token)
}
