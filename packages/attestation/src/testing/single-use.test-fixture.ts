/** Attestations that no key binds, and a verifier that takes each once. */

import { EXPECTED, NOW, outcomeOf, RESOURCE, setUp } from './attestation.test-fixture.ts'
import { makeLedger } from './ledger.test-fixture.ts'

export const single = { cnf: undefined, aud: RESOURCE }
export const noProof = { ...EXPECTED, proofThumbprint: 'none' as const }

/** A ledger on the verifier's clock, and what it was asked to spend. */
export function setUpSingleUse() {
  const time = { now: NOW }
  const { ledger, asked, loseMemory } = makeLedger(() => time.now)
  const world = setUp({ acceptUnbound: true }, { ledger, clock: () => time.now })
  const judge = async (text: string) => outcomeOf(await world.attestations.verify(text, noProof))
  return { ...world, time, asked, judge, loseMemory }
}
