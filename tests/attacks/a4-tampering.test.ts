/** A4: claims changed under the old signature; the signature taken off; another algorithm; a key that comes along. */
import { decodeProtectedHeader } from 'jose'
import { describeAttack } from '../support/attack.ts'
import { createStrangersKey, forge, tamper } from '../support/attestation.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../support/attested-call.ts'

const common = attestedDeployment
const stopped = { stoppedBy: 'attestation_invalid', status: 403 } as const

describeAttack({
  title: 'A4: other claims under the same signature',
  common,
  weakened: { weakAttestation: ['no_signature'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    const agent_identity = {
      model_family: 'm',
      model_version: '9',
      provider: 'example',
      deployment_id: 'somebody-else',
    }
    return callAttested(holder, deployment, tamper(holder.attestation, { agent_identity }))
  },
  ...stopped,
})

describeAttack({
  title: 'A4: the signature taken off, and alg none',
  common,
  weakened: { weakAttestation: ['no_signature'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    const header = Buffer.from(JSON.stringify({ typ: 'oauth-client-attestation+jwt', alg: 'none' }))
    const [, payload] = holder.attestation.split('.')
    return callAttested(holder, deployment, `${header.toString('base64url')}.${payload}.`)
  },
  ...stopped,
})

describeAttack({
  title: 'A4: another algorithm in the header',
  common,
  weakened: { weakAttestation: ['no_signature'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    const header = { ...decodeProtectedHeader(holder.attestation), alg: 'HS256' }
    const [, payload, signature] = holder.attestation.split('.')
    const swapped = [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.')
    return callAttested(holder, deployment, swapped)
  },
  ...stopped,
})

describeAttack({
  title: 'A4: a key in the header, that the signature verifies with',
  common,
  weakened: { weakAttestation: ['embedded_key'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    const { kid } = decodeProtectedHeader(holder.attestation)
    return callAttested(
      holder,
      deployment,
      await forge(holder.attestation, await createStrangersKey(), { header: { kid } }),
    )
  },
  ...stopped,
})
