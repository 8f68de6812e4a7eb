/** A5: issuers whose names were made to be read as a trusted one's: refused like any stranger, and named in the event. */
import assert from 'node:assert/strict'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { callTool, obtainToken, toolCall } from '../scene/agent.ts'
import { createStrangersKey, forge } from '../scene/attestation.ts'
import { callAttested } from '../scene/attested-call.ts'
import { accessTokenOf, requestAttested } from '../scene/attested-token.ts'
import { createAgentKey } from '../scene/wire.ts'

const trusted = 'https://anthropic.com'
const impostor = 'https://anthroplc.com'

/** Each with how it resembles the name. */
const lookAlikes = [
  [impostor, 'confusable'],
  ['https://аnthropic.com', 'confusable'],
  ['https://anthropic.com.', 'same_host'],
  ['https://anthropic.com:8443', 'same_host'],
  ['https://anthropic.com/attest', 'same_host'],
  ['https://anthropic.com.evil.example', 'embedded'],
] as const

function pretending([iss, how]: (typeof lookAlikes)[number]): AttackVariant {
  return {
    title: `${iss} for ${trusted}`,
    common: { partner: { issuer: trusted }, guard: { attestation: 'required' } },
    weakened: { weakAttestation: ['any_issuer'] },
    async run(scene) {
      const holder = await obtainToken(scene)
      const genuine = await scene.partner.attest({ clientId: scene.client.clientId, key: holder.key })
      const forged = await forge(genuine, await createStrangersKey(), { claims: { iss } })
      return asAttacker(() => callAttested(holder, scene, forged))
    },
    stoppedBy: 'attestation_issuer_untrusted',
    status: 403,
    aftermath({ events }, landed) {
      const named = events.flatMap((event) => (event.type === 'attestation_refused' ? [event.resembles] : []))
      assert.deepEqual(named, landed ? [] : [{ issuer: trusted, how }])
    },
  }
}

/** Read by a person, it is the same name. */
export const lookAlikeIssuers: Attack = {
  id: 'A5',
  title: 'An issuer whose name was made to be read as a trusted one’s',
  source: { document: 'threat-analysis', section: '2, Issuer Typosquatting; 3.4 Social Engineering of Trust Lists' },
  needs: 'a server that takes any issuer, or an operator who did not look twice',
  steps: [
    'The attacker runs an issuer under a name that looks like a trusted one.',
    'It attests its own agent, with a key of its own.',
  ],
  analog: 'A bank whose address differs by one letter.',
  variants: [
    ...lookAlikes.map(pretending),
    {
      title: 'At the token endpoint, where somebody was talked into writing it on the list',
      common: {
        partner: { issuer: trusted },
        partnerTrustedBy: 'authorization server',
        guard: { attestation: 'required' },
      },
      weakened: { partner: { issuer: impostor } },
      async run(scene) {
        const key = await createAgentKey()
        const { clientId } = scene.client
        const attestation = await scene.partner.attest({ clientId, key, claims: { iss: impostor } })
        return asAttacker(async () => {
          const answer = await requestAttested(scene, key, attestation)
          if (answer.status !== 200) return answer
          return callTool({ token: accessTokenOf(answer), key }, scene.a.resource, toolCall('read_notes'))
        })
      },
      stoppedBy: 'invalid_client_attestation',
      status: 400,
    },
  ],
}
