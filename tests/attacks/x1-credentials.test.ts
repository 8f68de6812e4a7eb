/** X1: one code, one assertion, one proof, one refresh token, each sent to the token endpoint on many connections at once. */
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'
import {
  clientCredentials,
  obtainCode,
  obtainTokenNonce,
  postToken,
  proveToken,
  redemption,
  refreshment,
  tokensOf,
} from '../support/authorization.ts'
import type { Deployment } from '../support/deployment.ts'
import { type Answer, createAgentKey } from '../support/wire.ts'

const connections = 200
const rounds = 3

/** Prepares one credential; yields what sends it once more, everything else about the request being fresh. */
type Capture = (deployment: Deployment) => Promise<() => Promise<Answer>>

const kinds: readonly [string, string, Capture][] = [
  [
    'code',
    '400 invalid_grant',
    async (deployment) => {
      const nonce = await obtainTokenNonce(deployment)
      const key = await createAgentKey()
      const { code, verifier } = await obtainCode(deployment)
      const form = redemption(deployment, code, verifier)
      return async () => postToken(deployment, form, { proof: await proveToken(deployment, key, nonce) })
    },
  ],
  [
    'client assertion',
    '401 invalid_client',
    async (deployment) => {
      const nonce = await obtainTokenNonce(deployment)
      const key = await createAgentKey()
      const form = await clientCredentials(deployment)
      return async () => postToken(deployment, form, { proof: await proveToken(deployment, key, nonce) })
    },
  ],
  [
    'proof',
    '400 invalid_dpop_proof',
    async (deployment) => {
      const proof = await proveToken(deployment, await createAgentKey(), await obtainTokenNonce(deployment))
      return async () => postToken(deployment, await clientCredentials(deployment), { proof })
    },
  ],
  [
    'refresh token',
    '400 invalid_grant',
    async (deployment) => {
      const nonce = await obtainTokenNonce(deployment)
      const key = await createAgentKey()
      const prove = async () => ({ proof: await proveToken(deployment, key, nonce) })
      const { code, verifier } = await obtainCode(deployment)
      const { refresh } = tokensOf(await postToken(deployment, redemption(deployment, code, verifier), await prove()))
      return async () => postToken(deployment, refreshment(deployment, refresh), await prove())
    },
  ],
]

/** How many of all connections got a token; what the others got has to be the one refusal. */
async function sendAtOnce(deployment: Deployment, capture: Capture, refusal: string): Promise<number> {
  const sendOnce = await capture(deployment)
  const answers = await Promise.all(Array.from({ length: connections }, sendOnce))
  const refused = answers.filter(({ status }) => status !== 200)
  expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(
    new Set(refused.length === 0 ? [] : [refusal]),
  )
  return answers.length - refused.length
}

describe.each(kinds)(`X1: one %s on ${connections} connections at once`, (_kind, refusal, capture) => {
  describe('against a server that looks before it writes', () => {
    const deployment = useDeployment({ authorization: { weaknesses: ['consume_after_find'] } })
    it('lands more than once', async () => {
      expect(await sendAtOnce(deployment(), capture, refusal)).toBeGreaterThan(1)
    })
  })

  describe('against the hardened server', () => {
    const deployment = useDeployment()
    it(`succeeds exactly once, in each of ${rounds} rounds`, { timeout: 60_000 }, async () => {
      for (let round = 0; round < rounds; round++) expect(await sendAtOnce(deployment(), capture, refusal)).toBe(1)
    })
  })
})
