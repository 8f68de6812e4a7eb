/** An agent that gets token after token: assertions and proofs, each for one use. */
import {
  type AgentKey,
  callTool,
  clientCredentials,
  createAgentKey,
  type Grounds,
  obtainTokenNonce,
  postToken,
  proveToken,
  tokensOf,
  toolCall,
} from '@countersign/lab'
import { expect } from 'vitest'
import type { Actor } from './actor.ts'

interface TokenRequest {
  readonly form: Readonly<Record<string, string>>
  readonly proof: string
}

interface Granted extends TokenRequest {
  readonly token: string
}

/** So many of the newest are looked at after a restart. */
const SAMPLE = 3

export async function createAgentActor(grounds: Grounds): Promise<Actor> {
  const key = await createAgentKey()
  let granted: Granted[] = []
  let underWay: TokenRequest | undefined
  let acknowledged = 0

  return {
    get acknowledged() {
      return acknowledged
    },
    async work() {
      const nonce = await obtainTokenNonce(grounds)
      for (;;) {
        underWay = { form: await clientCredentials(grounds), proof: await proveToken(grounds, key, nonce) }
        const answer = await postToken(grounds, underWay.form, { proof: underWay.proof })
        granted.push({ ...underWay, token: tokensOf(answer).access })
        underWay = undefined
        acknowledged++
      }
    },
    async verify() {
      const nonce = await obtainTokenNonce(grounds)
      for (const request of granted.slice(-SAMPLE)) {
        await expectSpent(grounds, request, { key, nonce })
        const call = await callTool({ token: request.token, key }, grounds.a.resource, toolCall('read_notes'))
        expect(call.status, 'a token that was issued is good').toBe(200)
      }
      if (underWay !== undefined) {
        // Whether it was spent, nobody was told; now it is.
        await postToken(grounds, underWay.form, { proof: underWay.proof })
        await expectSpent(grounds, underWay, { key, nonce })
      }
      granted = []
      underWay = undefined
    },
  }
}

/** Neither the assertion nor the proof of a request is good once more. */
async function expectSpent(
  grounds: Grounds,
  { form, proof }: TokenRequest,
  { key, nonce }: { key: AgentKey; nonce: string },
): Promise<void> {
  const assertion = await postToken(grounds, form, { proof: await proveToken(grounds, key, nonce) })
  expect(assertion, 'an assertion is used once').toMatchObject({ status: 401, code: 'invalid_client' })
  const again = await postToken(grounds, await clientCredentials(grounds), { proof })
  expect(again.status, 'a proof is used once').toBe(400)
  expect(again.code).toMatch(/^(invalid_dpop_proof|use_dpop_nonce)$/)
}
