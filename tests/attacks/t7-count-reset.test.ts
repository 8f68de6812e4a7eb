/** T7: the count of a capability is to begin anew, by a token that is not the one it was spent with. */
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { callTool, type Holder, toolCall } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import { authorize, refreshment, tokensOf } from '../support/authorization.ts'
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

describe('T7: a count that is to begin anew by sending the browser of a person who has said yes once more', () => {
  const deployment = useDeployment({ capabilities: eachByItself })

  it('is not begun without that person, who sees the page each time', async () => {
    const person = seatPerson(deployment(), () => true)
    const details = detailsOf(entry(deployment()))
    const first = await obtainFromPerson(deployment(), person, details)
    const silent = { ...details, prompt: 'none', code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
    const back = await authorize(deployment(), silent, person)
    expect([back.searchParams.get('error'), back.searchParams.get('code')]).toEqual(['consent_required', null])
    const [capability] = decodeJwt(first.token).authorization_details as [{ id: string }]
    const second = await obtainFromPerson(deployment(), person, details)
    expect(person.pages).toHaveLength(2)
    expect(decodeJwt(second.token).authorization_details).not.toMatchObject([{ id: capability.id }])
  })

  it('is not begun either by a request for something else: what was given once is not in it', async () => {
    const person = seatPerson(deployment(), () => true)
    await obtainFromPerson(deployment(), person, detailsOf(entry(deployment())))
    const other = await obtainFromPerson(deployment(), person)
    expect(decodeJwt(other.token).authorization_details).toBeUndefined()
    expect(await write(other, deployment())).toMatchObject({ status: 403, code: 'capability_required' })
  })
})
