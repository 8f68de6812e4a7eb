/** T5: what the hardened server asks of the requests that codes come from, and of whoever redeems one. */

import { randomBytes } from 'node:crypto'
import {
  type Answer,
  authorize,
  createAgentKey,
  type Deployment,
  obtainCode,
  obtainTokenNonce,
  postToken,
  proveToken,
  redemption,
} from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

/** With a key of the thief's own: the token would be good for whoever redeemed the code. */
async function redeemAsThief(deployment: Deployment, code: string, verifier?: string): Promise<Answer> {
  const proof = await proveToken(deployment, await createAgentKey(), await obtainTokenNonce(deployment))
  return postToken(deployment, redemption(deployment, code, verifier), { proof })
}

describe('T5: the hardened server', () => {
  const deployment = useDeployment()

  it.each([
    ['no challenge', {}],
    ['a plain challenge', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }],
    ['a challenge without a method, which means plain', { code_challenge: 'x'.repeat(43) }],
  ])('gives no code to a request with %s', async (_what, params) => {
    const back = await authorize(deployment(), params)
    expect(back.searchParams.get('error')).toBe('invalid_request')
    expect(back.searchParams.get('code')).toBeNull()
  })

  it('takes no other verifier than the one, and still takes that one afterwards', async () => {
    const own = await obtainCode(deployment())
    const another = await obtainCode(deployment())
    const guess = randomBytes(32).toString('base64url')
    for (const verifier of [undefined, guess, another.verifier, own.verifier.toUpperCase()]) {
      const { status, code } = await redeemAsThief(deployment(), own.code, verifier)
      expect({ status, code }).toEqual({ status: 400, code: 'invalid_grant' })
    }
    expect((await redeemAsThief(deployment(), own.code, own.verifier)).status).toBe(200)
  })
})
