/** X14: token exchange, which is there to give less, is asked for something else. */
import { setTimeout } from 'node:timers/promises'
import { decodeJwt, type JWTPayload } from 'jose'
import { expect } from 'vitest'
import { callTool, type Holder, obtainToken, toolCall } from '../support/agent.ts'
import { type Attack, describeAttack } from '../support/attack.ts'
import { tokensOf } from '../support/authorization.ts'
import {
  delegateTo,
  detailsOf,
  entryFor,
  exchangeToken,
  obtainCapabilities,
  obtainFromPerson,
} from '../support/capability-tokens.ts'
import { deletionByNote } from '../support/capability-tools.ts'
import type { Deployment, DeploymentOptions } from '../support/deployment.ts'
import { seatPerson } from '../support/person.ts'
import { createAgentKey } from '../support/wire.ts'

type Client = Parameters<typeof exchangeToken>[1]['client']

/** What is exchanged, by whom, under which key, and what for. */
interface Exchange extends Holder {
  readonly client: Client
  readonly asked?: Readonly<Record<string, string>>
  /** The call that it is for; by default, of `read_notes` at the first server. */
  readonly call?: { readonly resource?: string; readonly body: string }
}

interface ExchangeAttack extends Pick<Attack, 'title' | 'stoppedBy' | 'aftermath'> {
  readonly weakness: NonNullable<NonNullable<DeploymentOptions['authorization']>['weaknesses']>[number]
  readonly prepare: (deployment: Deployment) => Promise<Exchange>
}

/** Exchanges the token and makes the call with what that yields. */
function describeExchange({ title, weakness, prepare, ...outcome }: ExchangeAttack): void {
  describeAttack({
    title: `X14: ${title}`,
    common: { capabilities: deletionByNote },
    weakened: { authorization: { weaknesses: [weakness] } },
    async run(deployment) {
      const { client, key, token, asked, call } = await prepare(deployment)
      const answer = await exchangeToken(deployment, { client, key }, token, asked)
      if (answer.status !== 200) return answer
      const { resource = deployment.a.resource, body } = call ?? { body: toolCall('read_notes') }
      return callTool({ token: tokensOf(answer).access, key }, resource, body)
    },
    status: 400,
    ...outcome,
  })
}

describeExchange({
  title: 'a stolen token of a public client is bound to the key of a thief, who may say to be that client',
  weakness: 'exchange_rebinds',
  async prepare(deployment) {
    const person = seatPerson(deployment, () => true)
    const { token } = await obtainFromPerson(deployment, person)
    return { client: deployment.publicClient, token, key: await createAgentKey() }
  },
  stoppedBy: 'invalid_grant',
})

describeExchange({
  title: 'a stolen token is bound to the key of a thief, who is another client',
  weakness: 'exchange_rebinds',
  async prepare(deployment) {
    const { token } = await obtainToken(deployment)
    return { client: deployment.worker, token, key: await createAgentKey() }
  },
  stoppedBy: 'invalid_grant',
})

describeExchange({
  title: 'a delegation that was overheard is exchanged by somebody whom it does not name',
  weakness: 'exchange_rebinds',
  async prepare(deployment) {
    const { client, worker, publicClient } = deployment
    const { token, key } = await obtainToken(deployment)
    const given = await exchangeToken(deployment, { client, key }, token, { may_act: worker.clientId })
    return { client: publicClient, token: tokensOf(given).access, key: await createAgentKey() }
  },
  stoppedBy: 'invalid_grant',
})

describeExchange({
  title: 'a token for reading becomes one for writing',
  weakness: 'exchange_widens',
  async prepare(deployment) {
    const call = { body: toolCall('write_note', { text: 'spam' }) }
    return { client: deployment.client, ...(await obtainToken(deployment)), asked: { scope: 'notes:write' }, call }
  },
  stoppedBy: 'invalid_scope',
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 1 : 0),
})

describeExchange({
  title: 'a capability for one note becomes one for another',
  weakness: 'exchange_widens',
  async prepare(deployment) {
    const [given, wanted] = [1, 2].map(() => deployment.a.notes.write('keep me')?.id)
    const holder = await obtainCapabilities(deployment, [entryFor(deployment, 'delete_note', { note_id: given })])
    const args = { note_id: wanted }
    const asked = detailsOf(entryFor(deployment, 'delete_note', args))
    return { client: deployment.client, ...holder, asked, call: { body: toolCall('delete_note', args) } }
  },
  stoppedBy: 'invalid_authorization_details',
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 1 : 2),
})

describeExchange({
  title: 'a token for one server becomes one for another',
  weakness: 'exchange_retargets',
  async prepare(deployment) {
    const { resource } = deployment.b
    const call = { resource, body: toolCall('read_notes') }
    return { client: deployment.client, ...(await obtainToken(deployment)), asked: { audience: resource }, call }
  },
  stoppedBy: 'invalid_target',
})

/** A worker's token for reading. */
async function passOn(deployment: Deployment): Promise<Holder> {
  const key = await createAgentKey()
  return { key, token: tokensOf(await delegateTo(deployment, await obtainToken(deployment), { key })).access }
}

describeAttack({
  title: 'X14: what was passed on is shown to another server',
  common: { capabilities: deletionByNote },
  weakened: { weak: ['audience'] },
  async run(deployment) {
    const last = await passOn(deployment)
    return callTool(last, deployment.b.resource, toolCall('read_notes'))
  },
  stoppedBy: 'invalid_token',
  status: 401,
})

/** Of the token that the worker used last. */
let claims: JWTPayload = {}

describeAttack({
  title: 'X14: a worker goes on after the orchestrator that was hijacked is revoked, for its token does not name that',
  common: { capabilities: deletionByNote },
  weakened: { authorization: { weaknesses: ['exchange_forgets'] } },
  async run(deployment) {
    const last = await passOn(deployment)
    const before = await callTool(last, deployment.a.resource, toolCall('read_notes'))
    if (before.status !== 200) return before
    claims = decodeJwt(last.token)
    await deployment.revoke({ client: deployment.client.clientId })
    await setTimeout(2_000)
    return callTool(last, deployment.a.resource, toolCall('read_notes'))
  },
  stoppedBy: 'invalid_token',
  status: 401,
  aftermath: ({ client, worker }, landed) =>
    expect(claims.act).toEqual(landed ? undefined : { sub: worker.clientId, act: { sub: client.clientId } }),
})
