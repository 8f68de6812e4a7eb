/** A person who logs in, approves, and whose client redeems codes and refreshes: codes and refresh tokens, each for one use. */
import {
  type Answer,
  type Code,
  createAgentKey,
  type Grounds,
  obtainCode,
  obtainTokenNonce,
  postToken,
  proveToken,
  redemption,
  refreshment,
  seatPerson,
  tokensOf,
} from '@countersign/lab'
import { expect } from 'vitest'
import type { Actor } from './actor.ts'

/** One login, with what of it was used. `underWay`: sent, and not answered. */
interface Family {
  readonly code: Code
  readonly used: string[]
  current?: string
  underWay?: 'code' | 'refresh'
}

const REFRESHES = 3

export async function createPersonActor(grounds: Grounds): Promise<Actor> {
  const key = await createAgentKey()
  const person = seatPerson(grounds, () => true)
  let families: Family[] = []
  let nonce = ''
  let acknowledged = 0

  const post = async (form: Readonly<Record<string, string>>): Promise<Answer> =>
    postToken(grounds, form, { proof: await proveToken(grounds, key, nonce) })
  const redeem = ({ code }: Family) => post(redemption(grounds, code.code, code.verifier))
  const refresh = (token: string) => post(refreshment(grounds, token))

  const live = async (family: Family): Promise<void> => {
    family.underWay = 'code'
    let current = tokensOf(await redeem(family)).refresh
    for (let time = 0; ; time++) {
      family.current = current
      delete family.underWay
      acknowledged++
      if (time === REFRESHES) return
      family.underWay = 'refresh'
      const next: string = tokensOf(await refresh(current)).refresh
      family.used.push(current)
      current = next
    }
  }
  const expectUsed = async (answer: Promise<Answer>, what: string): Promise<void> => {
    expect(await answer, `${what} is used once`).toMatchObject({ status: 400, code: 'invalid_grant' })
  }
  const verifyFamily = async (family: Family): Promise<void> => {
    const { current, used, underWay } = family
    if (underWay === 'code') await redeem(family)
    // A reply that was cut off may cost a login; one that arrived may not.
    const last = current === undefined ? undefined : await refresh(current)
    if (last !== undefined && underWay === undefined)
      expect(last.status, 'a refresh token that was given is good').toBe(200)
    for (const token of [...used, ...(current === undefined ? [] : [current])]) {
      await expectUsed(refresh(token), 'a refresh token')
    }
    await expectUsed(redeem(family), 'a code')
    // Both ways of reuse end the family.
    if (last?.status === 200)
      await expectUsed(refresh(tokensOf(last).refresh), 'whatever stood on a code that came back')
  }

  return {
    get acknowledged() {
      return acknowledged
    },
    async work() {
      nonce = await obtainTokenNonce(grounds)
      for (;;) {
        const family: Family = { code: await obtainCode(grounds, person), used: [] }
        expect(family.code.code, 'a person who approved gets a code').not.toBe('')
        families.push(family)
        await live(family)
      }
    },
    async verify() {
      nonce = await obtainTokenNonce(grounds)
      for (const family of families.slice(-2)) await verifyFamily(family)
      families = []
    },
  }
}
