/** A2: a well-formed attestation, signed by a stranger's key. */
import { describeAttack } from '../support/attack.ts'
import { createStrangersKey, type Forgery, forge } from '../support/attestation.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../support/attested-call.ts'
import type { Deployment } from '../support/deployment.ts'
import type { Answer } from '../support/wire.ts'

/** The forger knows what genuine attestations look like: it is a deployment itself. */
async function callForged(deployment: Deployment, forgery: Forgery): Promise<Answer> {
  const holder = await becomeAttested(deployment)
  const forged = await forge(holder.attestation, await createStrangersKey(), forgery)
  return callAttested(holder, deployment, forged)
}

describeAttack({
  title: 'A2: an issuer of the attacker’s own, with a key of its own',
  common: attestedDeployment,
  weakened: { weakAttestation: ['any_issuer'] },
  run: (deployment) => callForged(deployment, { claims: { iss: 'https://attest.evil.example' } }),
  stoppedBy: 'attestation_issuer_untrusted',
  status: 403,
})

describeAttack({
  title: 'A2: the name of a trusted issuer under a key of the attacker’s own',
  common: attestedDeployment,
  weakened: { weakAttestation: ['no_signature'] },
  run: (deployment) => callForged(deployment, { header: { jwk: undefined } }),
  stoppedBy: 'attestation_invalid',
  status: 403,
})
