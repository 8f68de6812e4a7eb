/** A4: claims changed under the old signature; the signature taken off; another algorithm; a key that comes along. */
import { decodeProtectedHeader } from 'jose'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { attestedAs, createStrangersKey, forge, tamper } from '../scene/attestation.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../scene/attested-call.ts'

/** All of them take a genuine attestation, and bend it. */
function bending(title: string, bend: (genuine: string) => string | Promise<string>): AttackVariant {
  return {
    title,
    common: attestedDeployment,
    weakened: { weakAttestation: ['no_signature'] },
    async run(scene) {
      const holder = await becomeAttested(scene)
      const bent = await bend(holder.attestation)
      return asAttacker(() => callAttested(holder, scene, bent))
    },
    stoppedBy: 'attestation_invalid',
    status: 403,
  }
}

function encode(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}

/** What was signed is not what is shown. */
export const tampering: Attack = {
  id: 'A4',
  title: 'An attestation is changed after it was signed',
  source: { document: 'threat-analysis', section: '2, Token Tampering' },
  needs: 'no look at the signature, or one with the key that the token brings along',
  steps: [
    'The attacker has a genuine attestation of its own.',
    'It changes claims, takes the signature off, names another algorithm, or puts its own key into the header.',
  ],
  analog: 'A date of birth that was changed with a pen.',
  variants: [
    bending('Other claims under the same signature', (genuine) =>
      tamper(genuine, {
        agent_identity: { ...attestedAs.identity, model_version: '9', deployment_id: 'somebody-else' },
      }),
    ),
    bending('The signature taken off, and alg none', (genuine) => {
      const [, payload] = genuine.split('.')
      return `${encode({ typ: 'oauth-client-attestation+jwt', alg: 'none' })}.${payload}.`
    }),
    bending('Another algorithm in the header', (genuine) => {
      const [, payload, signature] = genuine.split('.')
      return [encode({ ...decodeProtectedHeader(genuine), alg: 'HS256' }), payload, signature].join('.')
    }),
    {
      ...bending('A key in the header, that the signature verifies with', async (genuine) => {
        const { kid } = decodeProtectedHeader(genuine)
        return forge(genuine, await createStrangersKey(), { header: { kid } })
      }),
      weakened: { weakAttestation: ['embedded_key'] },
    },
  ],
}
