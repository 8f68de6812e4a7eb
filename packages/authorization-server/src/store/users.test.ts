import { describe, expect, it } from 'vitest'
import { logIn, obtainCode, redeemCode, refresh, startAttempt } from '../../testing/code-flow.ts'
import { fetchNonce } from '../../testing/token-request.ts'
import { makeKey, startWorld } from '../../testing/world.ts'

const GRACE = { subject: 'user-2', name: 'Grace', password: 'a quite different phrase' }

describe('a person whom the operator has taken out of the users', () => {
  it('cannot log in any more, and gets nothing new for what they had', async () => {
    const world = await startWorld()
    try {
      const exchange = { key: await makeKey(), nonce: await fetchNonce(world) }
      const { body } = await redeemCode(world, await obtainCode(world), exchange)
      await world.restart(() => {}, { users: [GRACE] })
      expect((await logIn(startAttempt(world))).status).toBe(401)
      const late = await refresh(world, String(body.refresh_token), exchange)
      expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    } finally {
      await world.close()
    }
  })
})
