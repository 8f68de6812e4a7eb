/** A2: a well-formed attestation, signed by a stranger's key. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { createStrangersKey, type Forgery, forge } from '../scene/attestation.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../scene/attested-call.ts'
import type { Scene } from '../scene/scene.ts'
import type { Answer } from '../scene/wire.ts'

/** The forger knows what genuine attestations look like: it is a deployment itself. */
async function callForged(scene: Scene, forgery: Forgery): Promise<Answer> {
  const holder = await becomeAttested(scene)
  const forged = await forge(holder.attestation, await createStrangersKey(), forgery)
  return asAttacker(() => callAttested(holder, scene, forged))
}

/** Valid in every respect but whose it is. */
export const provenanceForgery: Attack = {
  id: 'A2',
  title: "A well-formed attestation, signed by a stranger's key",
  source: { document: 'threat-analysis', section: '2, Provenance Forgery' },
  needs: 'a server that takes the key from the token, or no look at the signature',
  steps: [
    'The attacker makes an attestation with all the right claims.',
    'It signs with a key of its own, in its own name or in that of a trusted issuer.',
  ],
  analog: 'A certificate from an authority that somebody made up this morning.',
  variants: [
    {
      title: 'An issuer of the attacker’s own, with a key of its own',
      common: attestedDeployment,
      weakened: { weakAttestation: ['any_issuer'] },
      run: (scene) => callForged(scene, { claims: { iss: 'https://attest.evil.example' } }),
      stoppedBy: 'attestation_issuer_untrusted',
      status: 403,
    },
    {
      title: 'The name of a trusted issuer under a key of the attacker’s own',
      common: attestedDeployment,
      weakened: { weakAttestation: ['no_signature'] },
      run: (scene) => callForged(scene, { header: { jwk: undefined } }),
      stoppedBy: 'attestation_invalid',
      status: 403,
    },
  ],
}
