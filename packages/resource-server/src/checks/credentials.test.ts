import { describe, expect, it } from 'vitest'
import { createScene, type RequestParts } from '../testing/scene.test-fixture.ts'

/** The code of a refusal, and the word for the log. */
async function outcome(parts: (scene: Awaited<ReturnType<typeof createScene>>) => Promise<RequestParts>) {
  const scene = await createScene({ limits: { tokenLength: 600, proofLength: 800 } })
  const answer = await scene.guard.check(await scene.request(await parts(scene)))
  const event = scene.events.at(-1)
  const reason = event !== undefined && 'reason' in event ? event.reason : undefined
  return answer instanceof Response ? [((await answer.json()) as { code: string }).code, reason] : ['allowed']
}

describe('RFC 6585 §5: credentials of more than their share', () => {
  it('a token of exactly the greatest length is read, under the longer scheme too', async () => {
    for (const scheme of ['DPoP', 'Bearer']) {
      const answer = await outcome(async () => ({ headers: { authorization: `${scheme} ${'x'.repeat(600)}` } }))
      expect(answer).toEqual(['invalid_token', 'compact'])
    }
  })

  it('a token beyond it is refused unread', async () => {
    const answer = await outcome(async () => ({ headers: { authorization: `Bearer ${'x'.repeat(601)}` } }))
    expect(answer).toEqual(['headers_too_large', 'authorization'])
  })

  it('a proof of exactly the greatest length is read, one beyond it is refused unread', async () => {
    const dpopOf = (length: number) => async () => ({ headers: { dpop: 'x'.repeat(length) } })
    expect(await outcome(dpopOf(800))).toEqual(['invalid_dpop_proof', 'compact'])
    expect(await outcome(dpopOf(801))).toEqual(['headers_too_large', 'dpop'])
  })

  it('what fits passes', async () => {
    expect(await outcome(async () => ({}))).toEqual(['allowed'])
  })
})

describe('RFC 9110 §11.4: the Authorization header', () => {
  it.each(['', 'DPoP', 'dpopx', 'Bearer', ' x', 'Basic x'])(
    'without a scheme and a token has no syntax: %j',
    async (text) => {
      const answer = await outcome(async () => ({ headers: { authorization: text } }))
      expect(answer).toEqual(['invalid_token', 'syntax'])
    },
  )
})
