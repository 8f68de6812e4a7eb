/** Attestations of agents, by an issuer that the authorization server trusts, and token requests that show them. */
import { randomUUID } from 'node:crypto'
import { createTrust, type Trust } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { CompactSign, calculateJwkThumbprint } from 'jose'
import { makeTokenProof, postToken, type TokenAnswer } from './token-request.ts'
import { type KeyPair, makeKey, type World } from './world.ts'

export const ATTESTER = 'https://anthropic.com'
export const IDENTITY = { model_family: 'claude', model_version: '4.5', provider: 'anthropic', deployment_id: 'prod-7' }
export const METADATA = {
  attestation_version: '1.0',
  attestation_type: 'provider',
  safety_level: 'standard',
  capabilities_declared: ['tools'],
}

/** The issuer's key, its thumbprint, and a trust list that holds it. */
export interface Attester {
  readonly key: KeyPair
  readonly thumbprint: string
  readonly trust: Trust
}

export async function makeAttester(line: { acceptUnbound?: boolean; legacy?: true } = {}): Promise<Attester> {
  const key = await makeKey('Ed25519')
  const keys = { keys: [{ ...key.publicJwk, kid: 'k1' }] }
  const trusted = { issuer: ATTESTER, keys, level: 'provider' as const, providers: ['anthropic'], ...line }
  return {
    key,
    thumbprint: await calculateJwkThumbprint(key.publicJwk),
    trust: createTrust([trusted], { verifier: createFastVerifier() }),
  }
}

const now = () => Math.floor(Date.now() / 1000)

/** An attestation for a client's instance; `claims` override what a good one says, `undefined` leaves one out. */
export function attest(
  attester: Attester,
  clientId: string,
  instance: KeyPair,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const good = {
    iss: ATTESTER,
    sub: clientId,
    iat: now(),
    nbf: now(),
    exp: now() + 300,
    jti: randomUUID(),
    cnf: { jwk: instance.publicJwk },
    agent_identity: IDENTITY,
    attestation_metadata: METADATA,
  }
  return new CompactSign(new TextEncoder().encode(JSON.stringify({ ...good, ...claims })))
    .setProtectedHeader({ typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', kid: 'k1' })
    .sign(attester.key.privateKey)
}

/** What a token request shows beside its form. */
export interface Shown {
  readonly key: KeyPair
  readonly nonce: string
  readonly attestation?: string
}

/** A token request with a proof of its own, and an attestation where there is one. */
export async function postAttested(
  { issuer }: World,
  form: Record<string, string>,
  { key, nonce, attestation }: Shown,
): Promise<TokenAnswer> {
  const DPoP = await makeTokenProof(issuer, key, { nonce })
  return postToken(issuer, form, {
    DPoP,
    ...(attestation !== undefined && { 'OAuth-Client-Attestation': attestation }),
  })
}
