/** X19, what stands beside the attack: the owner of a session, ids that nobody has, and the streams of others. */
import { setTimeout } from 'node:timers/promises'
import {
  createSessionfulHandler,
  type Deployment,
  type Holder,
  legacyCall,
  obtainToken,
  openSession,
  openStream,
  prepareCall,
  prepareLegacy,
  rpc,
  type Stream,
  send,
} from '@countersign/lab'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const readNotes = JSON.stringify(legacyCall(2, 'read_notes'))

describe('X19: the owner of a session', () => {
  const deployment = useDeployment({ handler: createSessionfulHandler })

  it('goes on in it, opens its stream and ends it', async () => {
    const { resource } = deployment().a
    const holder = await obtainToken(deployment())
    const session = await openSession(holder, deployment())
    const call = await send(resource, await prepareLegacy(holder, resource, { body: readNotes, session }))
    expect(call).toMatchObject({ status: 200 })
    const stream = await openStream(resource, await prepareLegacy(holder, resource, { method: 'GET', session }))
    expect(stream.leave()).toMatchObject({ status: 200 })
    const end = await send(resource, await prepareLegacy(holder, resource, { method: 'DELETE', session }))
    expect(end.status).toBe(200)
  })

  it.each([
    ['made up', () => 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
    ["the handler's own, without its seal", (session: string) => session.slice(0, session.lastIndexOf('.'))],
    ['sealed with another letter', (session: string) => `${session.slice(0, -1)}${session.endsWith('A') ? 'B' : 'A'}`],
    ['without end', (session: string) => 'x'.repeat(4000) + session],
  ])('is not known by an id that is %s', async (_name, forge) => {
    const { resource } = deployment().a
    const holder = await obtainToken(deployment())
    const session = forge(await openSession(holder, deployment()))
    const answer = await send(resource, await prepareLegacy(holder, resource, { body: readNotes, session }))
    expect(answer).toMatchObject({ status: 404, code: 'session_not_found' })
  })
})

describe('X19: a stream whose token is revoked', () => {
  const methods = { 'subscriptions/listen': { scopes: ['notes:read'] } }
  const deployment = useDeployment({ guard: { methods } })

  async function listen({ a }: Deployment, holder: Holder): Promise<Stream> {
    const body = rpc('subscriptions/listen', { notifications: { toolsListChanged: true } })
    return openStream(a.resource, await prepareCall(holder, a.resource, body))
  }

  it('is closed within 2 seconds, and others go on', async () => {
    const [stolen, other] = [await obtainToken(deployment()), await obtainToken(deployment())]
    const streams = [await listen(deployment(), stolen), await listen(deployment(), other)]
    await deployment().revoke({ token: String(decodeJwt(stolen.token).jti) })
    await setTimeout(2000)
    expect(streams.map((stream) => stream.isEnded())).toEqual([true, false])
    for (const stream of streams) stream.leave()
  })
})
