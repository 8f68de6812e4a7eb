/** X1, counted: one code, assertion, proof and refresh token, each sent to the token endpoint on very many connections at once. */
import { type Capture, captureAssertion, captureCode, captureRefreshToken, captureTokenProof } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const connections = 200
const rounds = 3

const kinds: readonly [string, string, Capture][] = [
  ['code', '400 invalid_grant', captureCode],
  ['client assertion', '401 invalid_client', captureAssertion],
  ['proof', '400 invalid_dpop_proof', captureTokenProof],
  ['refresh token', '400 invalid_grant', captureRefreshToken],
]

describe.each(kinds)(`X1: one %s on ${connections} connections at once`, (_kind, refusal, capture) => {
  const deployment = useDeployment()

  it(`succeeds exactly once, in each of ${rounds} rounds`, { timeout: 60_000 }, async () => {
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all(Array.from({ length: connections }, await capture(deployment())))
      const refused = answers.filter(({ status }) => status !== 200)
      expect(answers.length - refused.length).toBe(1)
      expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set([refusal]))
    }
  })
})
