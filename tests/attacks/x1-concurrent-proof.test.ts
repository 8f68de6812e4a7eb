/** X1, counted: one proof, sent on very many connections at once, again and again. */
import { captureCall } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const connections = 200

describe(`X1: one proof on ${connections} connections at once`, () => {
  const deployment = useDeployment()

  it('succeeds exactly once, in each of 50 rounds', { timeout: 120_000 }, async () => {
    for (let round = 0; round < 50; round++) {
      const answers = await Promise.all(Array.from({ length: connections }, await captureCall(deployment())))
      const refused = answers.filter(({ status }) => status !== 200)
      expect(answers.length - refused.length).toBe(1)
      for (const { status, code } of refused) expect({ status, code }).toEqual({ status: 401, code: 'replay_detected' })
    }
  })
})
