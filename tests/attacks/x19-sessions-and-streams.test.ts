/** X19: another client uses a session id, or opens its stream; a stream outlives its token. */
import { request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { type NotesStore, notesServer } from '@countersign/notes-server'
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { type Holder, obtainNonce, obtainToken, prepareCall, rpc } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import type { Deployment } from '../support/deployment.ts'
import { createSessionfulHandler } from '../support/sessionful-handler.ts'
import { type Answer, type Sending, send, signProof } from '../support/wire.ts'

const legacyVersion = '2025-11-25'
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: legacyVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})
const readNotes = JSON.stringify({
  jsonrpc: '2.0',
  id: 2,
  method: 'tools/call',
  params: { name: 'read_notes', arguments: {} },
})

/** A request of the older protocol versions, with a proof of the holder's. */
async function prepareLegacy(
  { token, key }: Holder,
  resource: string,
  { method = 'POST', body, session }: { method?: string; body?: string; session?: string | undefined },
): Promise<Sending> {
  const nonce = await obtainNonce(resource)
  const dpop = await signProof(key, {
    method,
    url: resource,
    token,
    nonce,
    ...(body === undefined ? {} : { content: body }),
  })
  const headers = {
    accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    'mcp-protocol-version': legacyVersion,
    authorization: `DPoP ${token}`,
    dpop,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  }
  return { method, headers, ...(body === undefined ? {} : { body }) }
}

async function openSession(holder: Holder, { a }: Deployment): Promise<string> {
  const answer = await send(a.resource, await prepareLegacy(holder, a.resource, { body: initialize }))
  expect(answer.status).toBe(200)
  return String(answer.headers['mcp-session-id'])
}

describeAttack({
  title: "X19: another agent calls in somebody's session",
  common: { handler: createSessionfulHandler },
  weakened: { weak: ['anyones_session'] },
  async run(deployment) {
    const session = await openSession(await obtainToken(deployment), deployment)
    const thief = await obtainToken(deployment)
    return send(deployment.a.resource, await prepareLegacy(thief, deployment.a.resource, { body: readNotes, session }))
  },
  stoppedBy: 'session_not_found',
  status: 404,
})

/** Opens a stream, and leaves once its headers are there. */
function knock(url: string, { method = 'GET', headers = {} }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      const { statusCode: status = 0 } = response
      if (status === 200) {
        outgoing.destroy()
        resolve({ status, headers: response.headers, body: '', code: undefined, nonce: undefined })
        return
      }
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => {
        const { code } = JSON.parse(body) as { code?: string }
        resolve({ status, headers: response.headers, body, code, nonce: undefined })
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describeAttack({
  title: "X19: another agent opens the stream of somebody's session",
  common: { handler: createSessionfulHandler },
  weakened: { weak: ['anyones_session'] },
  async run(deployment) {
    const session = await openSession(await obtainToken(deployment), deployment)
    const thief = await obtainToken(deployment)
    return knock(deployment.a.resource, await prepareLegacy(thief, deployment.a.resource, { method: 'GET', session }))
  },
  stoppedBy: 'session_not_found',
  status: 404,
})

describe('X19: the owner of a session', () => {
  const deployment = useDeployment({ handler: createSessionfulHandler })

  it('goes on in it, opens its stream and ends it', async () => {
    const { resource } = deployment().a
    const holder = await obtainToken(deployment())
    const session = await openSession(holder, deployment())
    const call = await send(resource, await prepareLegacy(holder, resource, { body: readNotes, session }))
    expect(call).toMatchObject({ status: 200 })
    expect(await knock(resource, await prepareLegacy(holder, resource, { method: 'GET', session }))).toMatchObject({
      status: 200,
    })
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

/** Listens to a stream of the modern era for so many seconds; yields what came in, and whether the server ended it. */
async function listen(
  deployment: Deployment,
  holder: Holder,
  seconds: number,
): Promise<{ text: string; ended: boolean }> {
  const { resource } = deployment.a
  const body = rpc('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const { method = 'POST', headers = {} } = await prepareCall(holder, resource, body)
  return new Promise((resolve, reject) => {
    let text = ''
    const outgoing = request(resource, { method, headers, agent: false }, (response) => {
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ text, ended: true }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
    void setTimeout(seconds * 1000).then(() => {
      outgoing.destroy()
      resolve({ text, ended: false })
    })
  })
}

describe.each([
  { server: 'the weakened server', weak: ['endless_streams'] as const, delivered: true },
  { server: 'the hardened server', weak: [] as const, delivered: false },
])('X19: a stream whose token has ended, on $server', ({ weak, delivered }) => {
  const handlers: McpHttpHandler[] = []
  const handler = (notes: NotesStore) => {
    const created = createMcpHandler(() => notesServer(notes))
    handlers.push(created)
    return created
  }
  const methods = { 'subscriptions/listen': { scopes: ['notes:read'] } }
  const deployment = useDeployment({ weak, handler, guard: { methods }, accessTokenLifetime: 1 })

  it(delivered ? 'still delivers' : 'is closed', async () => {
    const stream = listen(deployment(), await obtainToken(deployment()), 3)
    await setTimeout(2000)
    for (const { notify } of handlers) notify.toolsChanged()
    const { text, ended } = await stream
    expect({ delivered: text.includes('notifications/tools/list_changed'), ended }).toEqual({
      delivered,
      ended: !delivered,
    })
  })
})

describe('X19: a stream whose token is revoked', () => {
  const methods = { 'subscriptions/listen': { scopes: ['notes:read'] } }
  const deployment = useDeployment({ guard: { methods } })

  it('is closed within 2 seconds, and others go on', async () => {
    const [stolen, other] = [await obtainToken(deployment()), await obtainToken(deployment())]
    const streams = [listen(deployment(), stolen, 3), listen(deployment(), other, 3)]
    await setTimeout(500)
    const { jti } = decodeJwt(stolen.token)
    await deployment().revoke({ token: String(jti) })
    expect((await Promise.all(streams)).map(({ ended }) => ended)).toEqual([true, false])
  })
})
