/** X1, counted: one proof, sent on very many connections at once, again and again. */
import { captureCall } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../attack.ts'

const connections = 200

/** Declares the test, for so many rounds. */
export function describeProofRace(rounds: number): void {
  describe(`X1: one proof on ${connections} connections at once`, () => {
    const deployment = useDeployment()

    it(`succeeds exactly once, in each of ${rounds} rounds`, { timeout: 120_000 }, async () => {
      for (let round = 0; round < rounds; round++) {
        const answers = await Promise.all(Array.from({ length: connections }, await captureCall(deployment())))
        const refused = answers.filter(({ status }) => status !== 200)
        expect(answers.length - refused.length).toBe(1)
        const kinds = new Set(refused.map(({ status, code }) => `${status} ${code}`))
        expect(kinds).toEqual(new Set(['401 replay_detected']))
      }
    })
  })
}
