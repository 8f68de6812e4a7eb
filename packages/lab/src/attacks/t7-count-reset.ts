/** T7: the count of a capability is to begin anew, by a token that is not the one it was spent with. */
import assert from 'node:assert/strict'
import type { AttackVariant } from '../attack.ts'
import { callTool, type Holder, toolCall } from '../scene/agent.ts'
import { refreshment, tokensOf } from '../scene/authorization.ts'
import {
  delegateTo,
  detailsOf,
  entryFor,
  exchangeToken,
  obtainCapabilities,
  obtainFromPerson,
  requestUnder,
} from '../scene/capability-tokens.ts'
import { eachByItself } from '../scene/capability-tools.ts'
import { seatPerson } from '../scene/person.ts'
import type { Scene } from '../scene/scene.ts'
import { createAgentKey } from '../scene/wire.ts'

const text = 'once'
const entry = (scene: Scene, terms = {}): object => entryFor(scene, 'write_note', { text }, terms)
const write = (holder: Holder, { a }: Scene) => callTool(holder, a.resource, toolCall('write_note', { text }))

/** A token with a capability for one call, and another that its holder makes of it. */
interface Renewable {
  readonly spent: Holder
  readonly renew: () => Promise<Holder>
}

function beginningAnew(way: string, prepare: (scene: Scene) => Promise<Renewable>): AttackVariant {
  return {
    title: `A count that is to begin anew by ${way}`,
    common: { capabilities: eachByItself },
    weakened: { authorization: { weaknesses: ['count_reset'] } },
    async run(scene) {
      const { spent, renew } = await prepare(scene)
      const first = await write(spent, scene)
      return first.status === 200 ? write(await renew(), scene) : first
    },
    stoppedBy: 'capability_exhausted',
    status: 403,
    aftermath: ({ a }, landed) => assert.equal(a.notes.list(10).length, landed ? 2 : 1),
  }
}

async function exchangeOwn(scene: Scene, { token, key }: Holder, rest = {}): Promise<Holder> {
  const answer = await exchangeToken(scene, { client: scene.client, key }, token, rest)
  return { key, token: tokensOf(answer).access }
}

/** All ways to another token with the same right. */
export const countResets: readonly AttackVariant[] = [
  beginningAnew('refreshing the token', async (scene) => {
    const person = seatPerson(scene, () => true)
    const spent = await obtainFromPerson(scene, person, detailsOf(entry(scene)))
    const party = { client: scene.publicClient, key: spent.key }
    const form = refreshment(scene, spent.refresh)
    return { spent, renew: async () => ({ ...spent, token: tokensOf(await requestUnder(scene, party, form)).access }) }
  }),
  beginningAnew('exchanging the token for the same', async (scene) => {
    const spent = await obtainCapabilities(scene, [entry(scene)])
    return { spent, renew: () => exchangeOwn(scene, spent) }
  }),
  beginningAnew('narrowing the capability by exchange to all that it was', async (scene) => {
    const spent = await obtainCapabilities(scene, [entry(scene, { seconds: 60 })])
    return { spent, renew: () => exchangeOwn(scene, spent, detailsOf(entry(scene, { seconds: 20 }))) }
  }),
  beginningAnew('passing the capability on to a worker', async (scene) => {
    const spent = await obtainCapabilities(scene, [entry(scene)])
    const key = await createAgentKey()
    return { spent, renew: async () => ({ key, token: tokensOf(await delegateTo(scene, spent, { key })).access }) }
  }),
]
