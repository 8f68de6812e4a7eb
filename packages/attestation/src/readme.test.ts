/** The example of the README, run: what stands there is what stands between the marks in here. */
import { readFileSync } from 'node:fs'
import {
  createAttestationChallenges,
  createAttestationIssuer,
  createLocalSigner,
  generateSigningJwk,
  makeInstanceProof,
} from '@countersign/attestation/issue'
import { createTrustList } from '@countersign/attestation/trust'
import { createAttestationVerifier, judgeAttestation } from '@countersign/attestation/verify'
import { type Ledger, systemClock } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { makeLedger } from './testing/ledger.test-fixture.ts'

async function runExample(ledger: Ledger) {
  const instanceKey = await createLocalSigner(await generateSigningJwk('ES256'))
  // README: begin
  const verifier = createFastVerifier()
  const clock = systemClock

  // The provider: knows its deployments, and signs for the keys of their instances.
  const signer = await createLocalSigner(await generateSigningJwk('Ed25519'), '2026-11')
  const issuer = createAttestationIssuer({
    issuer: 'https://attest.example',
    signer: () => signer,
    registrations: {
      find: (clientId) => ({
        clientId,
        identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
        metadata: {
          attestation_version: '1.0',
          attestation_type: 'provider',
          safety_level: 'standard',
          capabilities_declared: ['tools'],
        },
      }),
    },
    challenges: createAttestationChallenges({ verifier, ledger, clock }),
    verifier,
    clock,
  })

  // The agent: proves that it holds the key that its DPoP proofs are made with.
  const challenge = await issuer.challenge()
  const proof = await makeInstanceProof(instanceKey, {
    issuer: 'https://attest.example',
    challenge,
    clientId: 'assistant',
  })
  const issued = await issuer.issue('assistant', proof)
  if (!issued.ok) throw new Error(issued.rejection.code)

  // The server: trusts this issuer to speak for this provider, and asks for a little more.
  const trust = createTrustList(verifier, [
    {
      issuer: 'https://attest.example',
      keys: { keys: [{ ...signer.publicJwk, kid: signer.keyId }] },
      level: 'provider',
      providers: ['example'],
    },
  ])
  const attestations = createAttestationVerifier({ verifier, clock, trust })
  const presented = await attestations.verify(issued.value.attestation, {
    proofThumbprint: instanceKey.keyId,
    clientId: 'assistant',
    audience: 'https://notes.example/mcp',
  })
  const standing = judgeAttestation({ presence: 'required', minimumSafetyLevel: 'standard' }, presented)
  // README: end
  return standing
}

describe('the example of the README', () => {
  it('runs', async () => {
    const standing = await runExample(makeLedger(systemClock).ledger)
    expect(standing).toMatchObject({ ok: true, value: { level: 'provider', attestation: { subject: 'assistant' } } })
  })

  it('is the one that is printed', () => {
    const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
    const [, example = ''] = /\/\/ README: begin\n([\s\S]*?) {2}\/\/ README: end/.exec(read('readme.test.ts')) ?? []
    expect(example).not.toBe('')
    expect(read('../README.md')).toContain(`\`\`\`ts\n${example.replaceAll(/^ {2}/gm, '')}\`\`\``)
  })
})
