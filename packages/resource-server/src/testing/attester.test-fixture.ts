/** An issuer of attestations, made with `jose`: what it signs, our verifier had no part in. */
import { randomUUID } from 'node:crypto'
import type { createTrustList } from '@countersign/attestation/trust'
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { AgentKey } from './agent.test-fixture.ts'
import { type Members, start } from './issuer.test-fixture.ts'

/** A line of a trust list. */
export type TrustLine = Parameters<typeof createTrustList>[1][number]

/** An issuer with one key. */
export interface TestAttester {
  readonly issuer: string
  readonly publicJwk: JWK
  /** RFC 7638 thumbprint of its key. */
  readonly thumbprint: string
  /** A good attestation of the agent's key, but for what is overridden. */
  attest(agent: AgentKey, claims?: Members, header?: Members): Promise<string>
  /** It as a provider on a trust list, but for what is overridden. */
  line(overrides?: Partial<TrustLine>): TrustLine
}

/** A fresh Ed25519 key, and what it signs. */
export async function createAttester(issuer = 'https://attest.example'): Promise<TestAttester> {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519')
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'attest-1' }
  return {
    issuer,
    publicJwk,
    thumbprint: await calculateJwkThumbprint(publicJwk),
    attest(agent, claims, header) {
      const payload = JSON.stringify({ ...describeAgent(), iss: issuer, cnf: { jwk: agent.publicJwk }, ...claims })
      return new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', kid: 'attest-1', ...header })
        .sign(privateKey)
    },
    line: (overrides) => ({
      issuer,
      keys: { keys: [publicJwk] },
      level: 'provider',
      providers: ['example'],
      ...overrides,
    }),
  }
}

/** What is said of the scenes' agent, with a fresh `jti`. */
function describeAgent(): Members {
  return { sub: 'agent-1', iat: start, nbf: start, exp: start + 300, jti: randomUUID(), ...agentClaims }
}

/** Which agent it is. */
const agentClaims = {
  agent_identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
  attestation_metadata: {
    attestation_version: '1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: ['tools'],
  },
} as const

/** The same in the words of those who decide on it. */
export const agentWords = {
  identity: agentClaims.agent_identity,
  integrity: {},
  metadata: agentClaims.attestation_metadata,
  assurance: 'asserted',
} as const

/** The `agent` claim of a token that was issued to the agent on this attester's word, but for what is overridden. */
export function claimAgent(attester: TestAttester, agent: AgentKey, overrides: Members = {}): Members {
  return {
    iss: attester.issuer,
    level: 'provider',
    kid: 'attest-1',
    key: attester.thumbprint,
    jkt: agent.thumbprint,
    exp: start + 300,
    ...agentClaims,
    assurance: 'asserted',
    ...overrides,
  }
}
