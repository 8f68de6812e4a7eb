/** Every kind of revocation, at every guarded server: refused within two seconds, streams included, and nothing beside it. */

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { Revocation } from '@countersign/authorization-server'
import {
  callTool,
  clientCredentials,
  createAgentKey,
  deletionByNote,
  entryFor,
  type Holder,
  obtainCapabilities,
  obtainFromPerson,
  prepareCall,
  refreshment,
  requestUnder,
  rpc,
  seatPerson,
  tokensOf,
  toolCall,
} from '@countersign/lab'
import { notesPolicy } from '@countersign/notes-server'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const deployment = useDeployment({
  capabilities: deletionByNote,
  guard: { methods: { ...notesPolicy.methods, 'subscriptions/listen': { scopes: ['notes:read'] } } },
})

/** A token where it is good. */
interface Held {
  readonly holder: Holder
  readonly resource: string
}

const read = ({ holder, resource }: Held) => callTool(holder, resource, toolCall('read_notes'))

/** Opens a stream; resolves once the server has ended it. */
async function openStream({ holder, resource }: Held): Promise<{ readonly ended: Promise<boolean> }> {
  const body = rpc('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const { headers = {} } = await prepareCall(holder, resource, body)
  const outgoing = request(resource, { method: 'POST', headers, agent: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  return { ended: once(response.resume(), 'end').then(() => true) }
}

/** Tokens of the machine client for both servers, bound to one key. */
async function holdAtBoth(): Promise<readonly Held[]> {
  const { client, a, b } = deployment()
  const key = await createAgentKey()
  const held: Held[] = []
  for (const { resource } of [a, b]) {
    const form = { ...(await clientCredentials(deployment())), resource }
    const answer = await requestUnder(deployment(), { client, key }, form)
    held.push({ resource, holder: { key, token: tokensOf(answer).access } })
  }
  return held
}

/** A person's token, and the one that it was refreshed to: both of one grant. */
async function holdByGrant(): Promise<readonly Held[]> {
  const { a, publicClient } = deployment()
  const holder = await obtainFromPerson(
    deployment(),
    seatPerson(deployment(), () => true),
  )
  const party = { client: publicClient, key: holder.key }
  const refreshed = await requestUnder(deployment(), party, refreshment(deployment(), holder.refresh))
  return [holder, { ...holder, token: tokensOf(refreshed).access }].map((each) => ({
    resource: a.resource,
    holder: each,
  }))
}

/** A token at one of the servers, with a capability beside its scope. */
async function holdCapability(): Promise<readonly Held[]> {
  const { resource } = deployment().b
  const entry = entryFor(deployment(), 'delete_note', { note_id: 42 }, { resource })
  const holder = await obtainCapabilities(deployment(), [entry], { resource, scope: 'notes:read' })
  return [{ resource, holder }]
}

const claimsOf = ([first]: readonly Held[]) => decodeJwt(first?.holder.token ?? '')

const kinds: readonly [string, () => Promise<readonly Held[]>, (held: readonly Held[]) => Revocation][] = [
  ['a token', async () => (await holdAtBoth()).slice(0, 1), (held) => ({ token: String(claimsOf(held).jti) })],
  ['a grant', holdByGrant, (held) => ({ grant: String(claimsOf(held).grant_id) })],
  ['a person', holdByGrant, (held) => ({ subject: String(claimsOf(held).sub) })],
  ['an instance of an agent', holdAtBoth, ([first]) => ({ agent: first?.holder.key.thumbprint ?? '' })],
  [
    'a capability',
    holdCapability,
    (held) => ({ capability: (claimsOf(held).authorization_details as [{ id: string }])[0].id }),
  ],
  // Last: what a client gets in the same second ends as well.
  ['a client', holdAtBoth, () => ({ client: deployment().client.clientId })],
]

describe('the revocation of', () => {
  it.each(kinds)('%s ends its tokens wherever they are good, with their streams', async (kind, hold, name) => {
    const [held, others] = [await hold(), await holdAtBoth()]
    const streams = await Promise.all(held.map(openStream))
    for (const each of [...held, ...others]) expect(await read(each)).toMatchObject({ status: 200 })
    await deployment().revoke(name(held))
    const ended = Promise.all(streams.map((stream) => stream.ended)).then(() => true)
    expect(await Promise.race([ended, setTimeout(2_000, false)]), 'streams end within 2 s').toBe(true)
    for (const each of held) expect(await read(each)).toMatchObject({ status: 401, code: 'invalid_token' })
    const status = kind === 'a client' ? 401 : 200
    for (const each of others) expect(await read(each)).toMatchObject({ status })
  })
})
