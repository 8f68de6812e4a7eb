/** T7: the count of a capability is to begin anew, by a token that is not the one it was spent with. */
import { expect } from 'vitest'
import { callTool, type Holder, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { refreshment, tokensOf } from '../support/authorization.ts'
import {
  delegateTo,
  detailsOf,
  entryFor,
  exchangeToken,
  obtainCapabilities,
  obtainFromPerson,
  requestUnder,
} from '../support/capability-tokens.ts'
import { eachByItself } from '../support/capability-tools.ts'
import type { Deployment } from '../support/deployment.ts'
import { seatPerson } from '../support/person.ts'
import { createAgentKey } from '../support/wire.ts'

const text = 'once'
const entry = (deployment: Deployment) => entryFor(deployment, 'write_note', { text })
const write = (holder: Holder, { a }: Deployment) => callTool(holder, a.resource, toolCall('write_note', { text }))

/** A token with a capability for one call, and another that its holder makes of it. */
type Renew = (deployment: Deployment) => Promise<{ readonly spent: Holder; readonly renew: () => Promise<Holder> }>

const ways: readonly [string, Renew][] = [
  [
    'refreshing the token',
    async (deployment) => {
      const person = seatPerson(deployment, () => true)
      const spent = await obtainFromPerson(deployment, person, detailsOf(entry(deployment)))
      const party = { client: deployment.publicClient, key: spent.key }
      const form = refreshment(deployment, spent.refresh)
      const renew = async () => ({ ...spent, token: tokensOf(await requestUnder(deployment, party, form)).access })
      return { spent, renew }
    },
  ],
  [
    'exchanging the token for the same',
    async (deployment) => {
      const spent = await obtainCapabilities(deployment, [entry(deployment)])
      return { spent, renew: () => exchangeOwn(deployment, spent) }
    },
  ],
  [
    'narrowing the capability by exchange to all that it was',
    async (deployment) => {
      const spent = await obtainCapabilities(deployment, [
        entryFor(deployment, 'write_note', { text }, { seconds: 60 }),
      ])
      const narrower = entryFor(deployment, 'write_note', { text }, { seconds: 20 })
      return { spent, renew: () => exchangeOwn(deployment, spent, detailsOf(narrower)) }
    },
  ],
  [
    'passing the capability on to a worker',
    async (deployment) => {
      const spent = await obtainCapabilities(deployment, [entry(deployment)])
      const key = await createAgentKey()
      return {
        spent,
        renew: async () => ({ key, token: tokensOf(await delegateTo(deployment, spent, { key })).access }),
      }
    },
  ],
]

async function exchangeOwn(deployment: Deployment, { token, key }: Holder, rest = {}): Promise<Holder> {
  const answer = await exchangeToken(deployment, { client: deployment.client, key }, token, rest)
  return { key, token: tokensOf(answer).access }
}

for (const [way, prepare] of ways) {
  describeAttack({
    title: `T7: a count that is to begin anew by ${way}`,
    common: { capabilities: eachByItself },
    weakened: { authorization: { weaknesses: ['count_reset'] } },
    async run(deployment) {
      const { spent, renew } = await prepare(deployment)
      const first = await write(spent, deployment)
      return first.status === 200 ? write(await renew(), deployment) : first
    },
    stoppedBy: 'capability_exhausted',
    status: 403,
    aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 2 : 1),
  })
}
