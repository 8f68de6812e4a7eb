import type { Capability } from '@countersign/capability'
import { afterEach, describe, expect, it } from 'vitest'
import { askFor, detailsOf, notesWithTools } from '../../testing/capabilities.ts'
import { logIn, obtainCode, redeemCode, refresh, startAttempt } from '../../testing/code-flow.ts'
import { type ExchangeWorld, exchange, ownToken, startExchangeWorld, tokenOf } from '../../testing/token-exchange.ts'
import { claimsOf, fetchNonce, type TokenAnswer } from '../../testing/token-request.ts'
import { MAIL, mailResource, makeKey, NOTES } from '../../testing/world.ts'
import { vary, type Weakness } from './weaknesses.ts'

let scene: ExchangeWorld
afterEach(() => scene.world.close())

const start = async (weaknesses: readonly Weakness[]) => {
  scene = await startExchangeWorld({
    options: { resources: [notesWithTools, mailResource] },
    ...vary(weaknesses, {}),
  })
}
const own = (rest: Record<string, string> = {}) =>
  ownToken(scene.world, scene.orchestrator, { resource: NOTES, ...rest })
const swap = (token: string, rest: Record<string, string> = {}, party = scene.orchestrator) =>
  exchange(scene.world, party, token, rest)
const errorOf = ({ body }: TokenAnswer) => body.error
const capabilitiesIn = (answer: TokenAnswer) => (claimsOf(answer).authorization_details ?? []) as Capability[]

describe('X14 a stolen token that is exchanged', () => {
  const attack = async (weaknesses: readonly Weakness[]) => {
    await start(weaknesses)
    return swap(await own(), {}, { ...scene.orchestrator, proofKey: await makeKey() })
  }

  it('is bound to the key of the thief where nobody asks whose it is', async () => {
    expect(await attack(['exchange_rebinds'])).toMatchObject({ status: 200 })
  })

  it('is no grant here', async () => {
    expect(errorOf(await attack([]))).toBe('invalid_grant')
  })
})

describe('X14 a token that is exchanged for more than it holds', () => {
  const attack = async (weaknesses: readonly Weakness[], rest: Record<string, string>) => {
    await start(weaknesses)
    return swap(await own({ scope: 'notes:read' }), rest)
  }

  it.each([
    ['a scope', { scope: 'notes:delete' }, 'invalid_scope'],
    ['a capability', detailsOf(askFor('delete_note')), 'invalid_authorization_details'],
  ])('gives %s where that is not compared, and not here', async (_name, rest, error) => {
    expect(await attack(['exchange_widens'], rest)).toMatchObject({ status: 200 })
    await scene.world.close()
    expect(errorOf(await attack([], rest))).toBe(error)
  })

  it('is for another resource where that is not compared, and not here', async () => {
    expect(claimsOf(await attack(['exchange_retargets'], { audience: MAIL })).aud).toBe(MAIL)
    await scene.world.close()
    expect(errorOf(await attack([], { audience: MAIL }))).toBe('invalid_target')
  })
})

describe('X14 a token whose history is cut short', () => {
  /** The orchestrator passes a right on, and is found out; does the worker still get a token from there? */
  const attack = async (weaknesses: readonly Weakness[]) => {
    await start(weaknesses)
    const token = tokenOf(await swap(await own(), { may_act: 'worker' }))
    const passedOn = tokenOf(await swap(token, { may_act: 'helper' }, scene.worker))
    await scene.world.revoke({ client: 'orchestrator' })
    return swap(passedOn, {}, scene.helper)
  }

  it('outlives the one who passed it on where that is not written down', async () => {
    expect(await attack(['exchange_forgets'])).toMatchObject({ status: 200 })
  })

  it('falls with it here', async () => {
    expect(errorOf(await attack([]))).toBe('invalid_grant')
  })
})

describe('T7 the count of a capability', () => {
  /** What a guard would count by: the ids, with those of the ancestors. */
  const countedBy = (answer: TokenAnswer) =>
    capabilitiesIn(answer).flatMap(({ id, ancestors = [] }) => [id, ...ancestors.map((ancestor) => ancestor.id)])

  const byExchange = async (weaknesses: readonly Weakness[], rest: Record<string, string> = {}) => {
    await start(weaknesses)
    const token = await own({ scope: 'notes:read', ...detailsOf(askFor('write_note')) })
    const first = countedBy({ status: 200, headers: new Headers(), body: { access_token: token } })
    return [first, countedBy(await swap(token, rest))] as const
  }
  const byRefresh = async (weaknesses: readonly Weakness[]) => {
    await start(weaknesses)
    const key = await makeKey()
    const fresh = async () => ({ key, nonce: await fetchNonce(scene.world) })
    const code = await obtainCode(scene.world, detailsOf(askFor('write_note')))
    const tokens = await redeemCode(scene.world, code, await fresh())
    const again = await refresh(scene.world, String(tokens.body.refresh_token), await fresh())
    return [countedBy(tokens), countedBy(again)] as const
  }

  it.each([
    ['a refresh', byRefresh],
    ['an exchange', byExchange],
    ['an exchange that narrows', (weak: readonly Weakness[]) => byExchange(weak, detailsOf(askFor('write_note')))],
  ])('begins anew with %s where that makes another capability of it, and not here', async (_name, attack) => {
    const [before, after] = await attack(['count_reset'])
    expect(after.filter((id) => before.includes(id))).toEqual([])
    expect(after).toHaveLength(1)
    await scene.world.close()
    const [kept, still] = await attack([])
    expect(still).toEqual(expect.arrayContaining([...kept]))
  })
})

describe('X9 a person who unticks', () => {
  const attack = async (weaknesses: readonly Weakness[]) => {
    await start(weaknesses)
    const { world } = scene
    const attempt = startAttempt(world, { scope: 'notes:read notes:write' })
    const { url } = await attempt.browser.submit(await logIn(attempt), 'approve', { 'right-1': undefined })
    const key = await makeKey()
    const fresh = { key, nonce: await fetchNonce(world) }
    return claimsOf(
      await redeemCode(world, { code: url.searchParams.get('code') ?? '', verifier: attempt.verifier }, fresh),
    ).scope
  }

  it('gives it all the same where the grant is made of the request', async () => {
    expect(await attack(['consent_ignored'])).toBe('notes:read notes:write')
  })

  it('gives what is left here', async () => {
    expect(await attack([])).toBe('notes:read')
  })
})
