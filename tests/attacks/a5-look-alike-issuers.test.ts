/** A5: issuers whose names were made to be read as a trusted one's: refused like any stranger, and named in the event. */
import type { GuardEvent } from '@countersign/core'
import { expect } from 'vitest'
import { obtainToken } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { createStrangersKey, forge } from '../support/attestation.ts'
import { callAttested } from '../support/attested-call.ts'
import { createPartner } from '../support/partner.ts'

const trusted = 'https://anthropic.com'
const partner = await createPartner({ issuer: trusted })

/** Each with how it resembles the name. */
const lookAlikes = [
  ['https://anthroplc.com', 'confusable'],
  ['https://аnthropic.com', 'confusable'],
  ['https://anthropic.com.', 'same_host'],
  ['https://anthropic.com:8443', 'same_host'],
  ['https://anthropic.com/attest', 'same_host'],
  ['https://anthropic.com.evil.example', 'embedded'],
] as const

for (const [iss, how] of lookAlikes) {
  const events: GuardEvent[] = []
  describeAttack({
    title: `A5: ${iss} for ${trusted}`,
    common: {
      guard: { attestation: 'required', trust: partner.trust, events: (event) => void events.push(event) },
    },
    weakened: { weakAttestation: ['any_issuer'] },
    async run(deployment) {
      const holder = await obtainToken(deployment)
      const { clientId } = deployment.client
      const genuine = await partner.attest({ clientId, key: holder.key })
      const forged = await forge(genuine, await createStrangersKey(), { claims: { iss } })
      return callAttested(holder, deployment, forged)
    },
    stoppedBy: 'attestation_issuer_untrusted',
    status: 403,
    aftermath(_deployment, landed) {
      const named = events.flatMap((event) => (event.type === 'attestation_refused' ? [event.resembles] : []))
      expect(named).toEqual(landed ? [] : [{ issuer: trusted, how }])
    },
  })
}
