/** X14: token exchange, which is there to give less, is asked for something else. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { callTool, type Holder, obtainToken, toolCall } from '../scene/agent.ts'
import { tokensOf } from '../scene/authorization.ts'
import {
  delegateTo,
  detailsOf,
  entryFor,
  exchangeToken,
  obtainCapabilities,
  obtainFromPerson,
} from '../scene/capability-tokens.ts'
import { deletionByNote } from '../scene/capability-tools.ts'
import { seatPerson } from '../scene/person.ts'
import type { Scene } from '../scene/scene.ts'
import type { SceneOptions } from '../scene/scene-options.ts'
import { type Answer, createAgentKey } from '../scene/wire.ts'

/** Everybody's revocations arrive within this time, in milliseconds. */
const REVOCATION_MS = 2_000

/** What is exchanged, by whom, under which key, and what for. */
interface Exchange extends Holder {
  readonly client: Parameters<typeof exchangeToken>[1]['client']
  readonly asked?: Readonly<Record<string, string>>
  /** The call that it is for; by default, of `read_notes` at the first server. */
  readonly call?: { readonly resource?: string; readonly body: string }
}

interface ExchangeAttack extends Pick<AttackVariant, 'title' | 'stoppedBy' | 'aftermath'> {
  readonly weakness: NonNullable<NonNullable<SceneOptions['authorization']>['weaknesses']>[number]
  readonly prepare: (scene: Scene) => Promise<Exchange>
}

const common = { capabilities: deletionByNote } as const

/** Exchanges the token and makes the call with what that yields. */
function exchanging({ weakness, prepare, ...outcome }: ExchangeAttack): AttackVariant {
  return {
    common,
    weakened: { authorization: { weaknesses: [weakness] } },
    async run(scene) {
      const exchange = await prepare(scene)
      return asAttacker(() => exchangeAndCall(scene, exchange))
    },
    status: 400,
    ...outcome,
  }
}

async function exchangeAndCall(scene: Scene, { client, key, token, asked, call }: Exchange): Promise<Answer> {
  const answer = await exchangeToken(scene, { client, key }, token, asked)
  if (answer.status !== 200) return answer
  const { resource = scene.a.resource, body } = call ?? { body: toolCall('read_notes') }
  return callTool({ token: tokensOf(answer).access, key }, resource, body)
}

/** To another key, to another party. */
const rebinding: readonly AttackVariant[] = [
  exchanging({
    title: 'A stolen token of a public client is bound to the key of a thief, who may say to be that client',
    weakness: 'exchange_rebinds',
    async prepare(scene) {
      const { token } = await obtainFromPerson(
        scene,
        seatPerson(scene, () => true),
      )
      return { client: scene.publicClient, token, key: await createAgentKey() }
    },
    stoppedBy: 'invalid_grant',
  }),
  exchanging({
    title: 'A stolen token is bound to the key of a thief, who is another client',
    weakness: 'exchange_rebinds',
    async prepare(scene) {
      const { token } = await obtainToken(scene)
      return { client: scene.worker, token, key: await createAgentKey() }
    },
    stoppedBy: 'invalid_grant',
  }),
  exchanging({
    title: 'A delegation that was overheard is exchanged by somebody whom it does not name',
    weakness: 'exchange_rebinds',
    async prepare(scene) {
      const { client, worker, publicClient } = scene
      const { token, key } = await obtainToken(scene)
      const given = await exchangeToken(scene, { client, key }, token, { may_act: worker.clientId })
      return { client: publicClient, token: tokensOf(given).access, key: await createAgentKey() }
    },
    stoppedBy: 'invalid_grant',
  }),
]

/** For more, for something else, for elsewhere. */
const widening: readonly AttackVariant[] = [
  exchanging({
    title: 'A token for reading becomes one for writing',
    weakness: 'exchange_widens',
    async prepare(scene) {
      const call = { body: toolCall('write_note', { text: 'spam' }) }
      return { client: scene.client, ...(await obtainToken(scene)), asked: { scope: 'notes:write' }, call }
    },
    stoppedBy: 'invalid_scope',
    aftermath: ({ a }, landed) => assert.equal(a.notes.list(10).length, landed ? 1 : 0),
  }),
  exchanging({
    title: 'A capability for one note becomes one for another',
    weakness: 'exchange_widens',
    async prepare(scene) {
      const [given, wanted] = [1, 2].map(() => scene.a.notes.write('keep me')?.id)
      const holder = await obtainCapabilities(scene, [entryFor(scene, 'delete_note', { note_id: given })])
      const args = { note_id: wanted }
      const asked = detailsOf(entryFor(scene, 'delete_note', args))
      return { client: scene.client, ...holder, asked, call: { body: toolCall('delete_note', args) } }
    },
    stoppedBy: 'invalid_authorization_details',
    aftermath: ({ a }, landed) => assert.equal(a.notes.list(10).length, landed ? 1 : 2),
  }),
  exchanging({
    title: 'A token for one server becomes one for another',
    weakness: 'exchange_retargets',
    async prepare(scene) {
      const { resource } = scene.b
      const call = { resource, body: toolCall('read_notes') }
      return { client: scene.client, ...(await obtainToken(scene)), asked: { audience: resource }, call }
    },
    stoppedBy: 'invalid_target',
  }),
]

/** A worker's token for reading. */
async function passOn(scene: Scene): Promise<Holder> {
  const key = await createAgentKey()
  return { key, token: tokensOf(await delegateTo(scene, await obtainToken(scene), { key })).access }
}

/** What was passed on, shown where it should not be or when it should not be any more. */
const delegated: readonly AttackVariant[] = [
  {
    title: 'What was passed on is shown to another server',
    common,
    weakened: { weak: ['audience'] },
    run: async (scene) => callTool(await passOn(scene), scene.b.resource, toolCall('read_notes')),
    stoppedBy: 'invalid_token',
    status: 401,
  },
  {
    title: 'A worker goes on after the orchestrator that was hijacked is revoked, for its token does not name that',
    common,
    weakened: { authorization: { weaknesses: ['exchange_forgets'] } },
    async run(scene) {
      const { client, worker, a } = scene
      const last = await passOn(scene)
      const before = await callTool(last, a.resource, toolCall('read_notes'))
      if (before.status !== 200) return before
      const { act } = decodeJwt(last.token)
      await scene.revoke({ client: client.clientId })
      await setTimeout(REVOCATION_MS)
      const answer = await callTool(last, a.resource, toolCall('read_notes'))
      const chain = { sub: worker.clientId, act: { sub: client.clientId } }
      assert.deepEqual(act, answer.status === 200 ? undefined : chain)
      return answer
    },
    stoppedBy: 'invalid_token',
    status: 401,
  },
]

/** A door that is there to go out by, tried from outside. */
export const tokenExchange: Attack = {
  id: 'X14',
  title: 'Token exchange, which is there to give less, is asked for something else',
  source: { document: 'ours', section: 'RFC 8693' },
  needs: 'an authorization server that looks at what is asked for, and not at what is exchanged',
  steps: [
    'The attacker has a token: stolen, overheard, or an honest one of too little use.',
    'It exchanges the token for one of its own key, of more rights, for another server, or without the chain behind it.',
  ],
  analog: 'A coat-check ticket that is swapped for a better coat.',
  variants: [...rebinding, ...widening, ...delegated],
}
