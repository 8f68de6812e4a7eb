/** Attestations in `initialize`, the older carriage: what their issuers sign, and how clients bring it. */
import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { type Holder, obtainToken } from './agent.ts'
import { attestedAs } from './attestation.ts'
import type { Deployment } from './deployment.ts'
import { legacyCall, prepareLegacy } from './legacy-session.ts'
import type { AttestationSigningKey } from './partner.ts'
import { type Answer, send } from './wire.ts'

/** The line of an issuer of that carriage, but for its keys. */
export const legacyIssuer = {
  issuer: 'https://legacy.example',
  level: 'provider',
  providers: ['example'],
  trustDomain: 'legacy.example',
  legacy: true,
} as const

/** A token of that carriage for a server, by whoever holds the key; claims may be bent. */
export function signLegacyAttestation(
  { issuer, privateKey, keyId }: AttestationSigningKey,
  audience: string,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: issuer,
    sub: `spiffe://${legacyIssuer.trustDomain}/model/m`,
    aud: audience,
    iat: now,
    nbf: now,
    exp: now + 300,
    jti: randomUUID(),
    agent_identity: attestedAs.identity,
    attestation_metadata: { ...attestedAs.metadata, attestation_version: '0.1.0' },
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: keyId })
    .sign(privateKey)
}

/** Begins a session with a token; the version is what the client says of it. */
export async function initializeAttested(
  holder: Holder,
  { a }: Pick<Deployment, 'a'>,
  { token, version = '0.1.0' }: { readonly token: string; readonly version?: string },
): Promise<Answer> {
  const experimental = { 'security.attestation': { version, token } }
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: { experimental },
    clientInfo: { name: 'test', version: '1' },
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
  return send(a.resource, await prepareLegacy(holder, a.resource, { body }))
}

/** Attests in `initialize`, and calls a tool in the session that it began, if it did. */
export async function callInAttestedSession(deployment: Deployment, token: string): Promise<Answer> {
  const holder = await obtainToken(deployment)
  const begun = await initializeAttested(holder, deployment, { token })
  const session = begun.headers['mcp-session-id']?.toString()
  if (session === undefined) return begun
  const { resource } = deployment.a
  const body = JSON.stringify(legacyCall(2, 'read_notes'))
  return send(resource, await prepareLegacy(holder, resource, { body, session }))
}
