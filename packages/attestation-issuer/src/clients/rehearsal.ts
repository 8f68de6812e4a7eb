/** Every deployment attested once before the doors open, to nobody: a registration that cannot be signed shows now. */
import {
  type AttestationSigner,
  createAttestationIssuer,
  createLocalSigner,
  generateSigningJwk,
  makeInstanceProof,
} from '@countersign/attestation/issue'
import type { Clock, Verifier } from '@countersign/core'
import type { Deployment } from '../options.ts'

/** What the rehearsal needs. */
export interface RehearsalParts {
  readonly issuer: string
  readonly verifier: Verifier
  readonly clock: Clock
}

/** Throws a `TypeError` that names the deployment, and the claim of its registration that no verifier would take. */
export async function rehearse(
  deployments: readonly Deployment[],
  { issuer, verifier, clock }: RehearsalParts,
): Promise<void> {
  const byId = new Map(deployments.map((deployment) => [deployment.clientId, deployment]))
  const signer: AttestationSigner = await createLocalSigner(await generateSigningJwk())
  const instance = await createLocalSigner(await generateSigningJwk('ES256'))
  const dry = createAttestationIssuer({
    issuer,
    verifier,
    clock,
    signer: () => signer,
    registrations: { find: (clientId) => byId.get(clientId) },
    challenges: { make: async () => 'rehearsal', redeem: async () => 'redeemed' },
  })
  for (const { clientId, audiences } of deployments) {
    if (audiences?.length === 0) {
      throw new TypeError(`The deployment ${JSON.stringify(clientId)} may name no audience: leave \`audiences\` out.`)
    }
    const [audience] = audiences ?? []
    const request = { issuer, challenge: 'rehearsal', clientId, ...(audience !== undefined && { audience }) }
    const issued = await dry.issue(clientId, await makeInstanceProof(instance, request))
    if (!issued.ok) {
      throw new TypeError(`The deployment ${JSON.stringify(clientId)} cannot be attested: ${issued.rejection.code}.`)
    }
  }
}
