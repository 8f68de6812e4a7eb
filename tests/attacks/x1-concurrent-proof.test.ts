/** X1: one proof, sent on many connections at once. */
import type { Ledger } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { obtainToken, prepareCall, toolCall } from '../support/agent.ts'
import { useDeployment } from '../support/attack.ts'
import type { Deployment } from '../support/deployment.ts'
import { send } from '../support/wire.ts'

const connections = 200

/** How others do it: look whether the id is there, and then, a round trip later, put it there. */
function findThenSave(): Ledger {
  const known = new Set<string>()
  return {
    lifetime: 'durable',
    async spend([spend]) {
      const key = spend?.key ?? ''
      const spent = !known.has(key)
      await new Promise((resolve) => setImmediate(resolve))
      known.add(key)
      return spent ? { spent } : { spent, exhausted: key }
    },
  }
}

async function sendAtOnce(deployment: Deployment): Promise<number> {
  const { resource } = deployment.a
  const captured = await prepareCall(await obtainToken(deployment), resource, toolCall('read_notes'))
  const answers = await Promise.all(Array.from({ length: connections }, () => send(resource, captured)))
  for (const { status, code } of answers) {
    if (status !== 200) expect({ status, code }).toEqual({ status: 401, code: 'replay_detected' })
  }
  return answers.filter(({ status }) => status === 200).length
}

describe(`X1: one proof on ${connections} connections at once`, () => {
  describe('against a ledger that looks before it writes', () => {
    const deployment = useDeployment({ guard: { ledger: findThenSave() } })
    it('lands more than once', async () => {
      expect(await sendAtOnce(deployment())).toBeGreaterThan(1)
    })
  })

  describe('against the hardened server', () => {
    const deployment = useDeployment()
    it('succeeds exactly once, in each of 50 rounds', { timeout: 120_000 }, async () => {
      for (let round = 0; round < 50; round++) expect(await sendAtOnce(deployment())).toBe(1)
    })
  })
})
