/** X7, every order in which owner and thief may come: who gets what, and when the family ends. */
import { type Answer, createAgentKey, isInFeed, type Login, logIn, refresh, tokensOf } from '@countersign/lab'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useDeployment } from '../support/attack.ts'

/** The owner's lost answer, sent again at once, is no theft: so the thief comes when that time is over. */
function letSecondsPass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
}

afterEach(() => {
  vi.useRealTimers()
})

describe('X7: against the hardened server', () => {
  const deployment = useDeployment()

  /** Nothing of the family is good any more, whoever holds it. */
  async function expectFamilyRevoked(owner: Login, answers: readonly Answer[]): Promise<void> {
    for (const answer of answers.filter(({ status }) => status === 200)) {
      const tokens = tokensOf(answer)
      expect(await isInFeed(deployment(), tokens.access)).toBe(true)
      expect(await refresh(deployment(), owner, tokens.refresh)).toMatchObject({ status: 400, code: 'invalid_grant' })
    }
    expect(await isInFeed(deployment(), owner.tokens.access)).toBe(true)
  }

  it('the thief, with a key of its own, comes second: the family ends at once', async () => {
    const owner = await logIn(deployment())
    const next = await refresh(deployment(), owner, owner.tokens.refresh)
    const thief = await refresh(deployment(), { ...owner, key: await createAgentKey() }, owner.tokens.refresh)
    expect({ status: thief.status, code: thief.code }).toEqual({ status: 400, code: 'invalid_grant' })
    await expectFamilyRevoked(owner, [next])
  })

  it('the thief, with the stolen key, comes first: what it got ends when the owner comes', async () => {
    const owner = await logIn(deployment())
    const thief = await refresh(deployment(), owner, owner.tokens.refresh)
    expect(thief.status).toBe(200)
    letSecondsPass(11)
    expect(await refresh(deployment(), owner, owner.tokens.refresh)).toMatchObject({ code: 'invalid_grant' })
    await expectFamilyRevoked(owner, [thief])
  })

  it('the thief, with a key of its own, comes first: it gets nothing, and the owner goes on', async () => {
    const owner = await logIn(deployment())
    const thief = await refresh(deployment(), { ...owner, key: await createAgentKey() }, owner.tokens.refresh)
    expect(thief).toMatchObject({ status: 400, code: 'invalid_grant' })
    expect((await refresh(deployment(), owner, owner.tokens.refresh)).status).toBe(200)
    expect(await isInFeed(deployment(), owner.tokens.access)).toBe(false)
  })
})
