/** An issuer of the legacy carriage, and `initialize` as its clients send it; tokens are made with `jose`. */
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { TrustLine } from './attester.test-fixture.ts'
import { type Members, resource, start } from './issuer.test-fixture.ts'

/** An issuer with one key. */
export interface LegacyAttester {
  /** A good token, but for what is overridden. */
  attest(claims?: Members, header?: Members): Promise<string>
  /** It on a trust list, but for what is overridden. */
  line(overrides?: Partial<TrustLine>): TrustLine
}

/** Its claims in the order in which such issuers write them. */
export async function createLegacyAttester(issuer = 'https://api.anthropic.com'): Promise<LegacyAttester> {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'anthropic-2025-01', use: 'sig', alg: 'EdDSA' }
  return {
    attest: (claims, header) =>
      new SignJWT({
        iss: issuer,
        sub: 'spiffe://anthropic.com/model/claude-sonnet-4-20250514',
        aud: resource,
        iat: start,
        exp: start + 300,
        nbf: start,
        jti: randomUUID(),
        ...legacyAgent,
        ...claims,
      })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: 'anthropic-2025-01', ...header })
        .sign(privateKey),
    line: (overrides) => ({
      issuer,
      keys: { keys: [jwk] },
      level: 'provider',
      providers: ['anthropic'],
      trustDomain: 'anthropic.com',
      legacy: true,
      ...overrides,
    }),
  }
}

/** What is said of the agent. */
export const legacyAgent = {
  agent_identity: {
    model_family: 'claude-4',
    model_version: 'claude-sonnet-4-20250514',
    provider: 'anthropic',
    deployment_id: 'api-prod-us-east-1',
  },
  attestation_metadata: {
    attestation_version: '0.1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: ['tools', 'resources'],
  },
} as const

/** `initialize` as a client of this carriage sends it, but for what is overridden in its capability. */
export function legacyInitialize(token: string | undefined, capability: Members = {}, id: number | string = 0): string {
  return JSON.stringify({
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {
        experimental: {
          'security.attestation': {
            version: '0.1.0',
            token,
            supported_algorithms: ['EdDSA'],
            attestation_types: ['provider', 'enterprise'],
            ...capability,
          },
        },
      },
      clientInfo: { name: 'mcp', version: '0.1.0' },
    },
    jsonrpc: '2.0',
    id,
  })
}

/** What a server answers to it by itself. */
export const initializeResult = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: { listChanged: false }, experimental: { other: { kept: true } } },
  serverInfo: { name: 'notes', version: '1' },
}
