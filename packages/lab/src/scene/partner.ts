/** A trusted attestation issuer whose key the attacker holds: what a trusted issuer might sign, and must not get away with. */
import { randomUUID } from 'node:crypto'
import { createTrustList, type TrustEntry, type TrustList } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { type CryptoKey, SignJWT } from 'jose'
import { attestedAs, createStrangersKey } from './attestation.ts'
import type { AgentKey } from './wire.ts'

/** A partner, and the trust list that holds it alone. */
export interface Partner {
  readonly trust: TrustList
  /** Signs an attestation of `agent` at this server, for one key or for none; claims may be bent or left out. */
  attest(attested: {
    readonly clientId: string
    readonly key?: AgentKey
    readonly claims?: Readonly<Record<string, unknown>>
  }): Promise<string>
  /** Who signs, for whoever signs something else with it. */
  readonly signer: AttestationSigningKey
}

/** Makes one with a key of its own; `line` is what else its line in the trust list says. */
export async function createPartner(line: Partial<TrustEntry> = {}): Promise<Partner> {
  const { privateKey, publicJwk } = await createStrangersKey()
  const { issuer = 'https://attest.partner.example' } = line
  const entry: TrustEntry = {
    keys: { keys: [{ ...publicJwk, kid: 'partner' }] },
    level: 'provider',
    providers: ['example'],
    ...line,
    issuer,
  }
  const signer = { issuer, privateKey, keyId: 'partner' }
  return {
    trust: createTrustList(createFastVerifier(), [entry]),
    attest: (attested) => signAttestation(signer, attested),
    signer,
  }
}

/** Who signs an attestation, under which name. */
export interface AttestationSigningKey {
  readonly issuer: string
  readonly privateKey: CryptoKey
  readonly keyId: string
}

/** Signs an attestation of now; claims may be bent or left out. */
export function signAttestation(
  { issuer, privateKey, keyId }: AttestationSigningKey,
  { clientId, key, claims = {} }: Parameters<Partner['attest']>[0],
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: issuer,
    sub: clientId,
    iat: now,
    nbf: now,
    exp: now + 300,
    jti: randomUUID(),
    ...(key !== undefined && { cnf: { jwk: key.publicJwk } }),
    agent_identity: attestedAs.identity,
    attestation_metadata: attestedAs.metadata,
    ...claims,
  })
    .setProtectedHeader({ typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', kid: keyId })
    .sign(privateKey)
}
