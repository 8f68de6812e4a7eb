/** X11: huge headers, deep JSON, endless bodies, giant batches: refused in bounded time and memory, while others are served. */
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { callTool, type Holder, modernHeaders, obtainNonce, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import type { Deployment } from '../support/deployment.ts'
import { type Answer, send, signProof } from '../support/wire.ts'

const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`
const plainHeaders = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

async function callWithBody(deployment: Deployment, body: string, headers: Record<string, string>): Promise<Answer> {
  const { resource } = deployment.a
  const { token, key } = await obtainToken(deployment)
  const dpop = await signProof(key, { url: resource, token, nonce: await obtainNonce(resource), content: body })
  return send(resource, { headers: { ...headers, authorization: `DPoP ${token}`, dpop }, body })
}

describeAttack({
  title: 'X11: an argument that nests 2,000 levels deep',
  weakened: { guard: { limits: { jsonDepth: 100_000 } } },
  run(deployment) {
    const shallow = toolCall('read_notes')
    const body = shallow.replace('"arguments":{}', `"arguments":{"x":${deep}}`)
    return callWithBody(deployment, body, modernHeaders(shallow))
  },
  stoppedBy: 'malformed_body',
  status: 400,
})

describeAttack({
  title: 'X11: a batch of 80 calls (the SDK itself stops at 100)',
  weakened: { guard: { limits: { batchLength: 100_000 } } },
  run(deployment) {
    const call = (id: number) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'read_notes', arguments: {} },
    })
    const batch = Array.from({ length: 80 }, (_, id) => call(id))
    return callWithBody(deployment, JSON.stringify(batch), plainHeaders)
  },
  stoppedBy: 'malformed_body',
  status: 400,
})

describeAttack({
  title: 'X11: a body of 3 MB',
  weakened: { guard: { limits: { bodyBytes: 10_000_000 } } },
  run(deployment) {
    const body = toolCall('read_notes', { padding: 'x'.repeat(3_000_000) })
    return callWithBody(deployment, body, modernHeaders(body))
  },
  stoppedBy: 'body_too_large',
  status: 413,
})

/** Sends headers and a first octet, and then nothing; `finish` ends it after all. */
async function dribble(deployment: Deployment, { token, key }: Holder, finishAfterMs: number): Promise<Answer> {
  const { resource } = deployment.a
  const body = toolCall('read_notes')
  const dpop = await signProof(key, { url: resource, token, nonce: await obtainNonce(resource), content: body })
  const headers = { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }
  return new Promise((resolve, reject) => {
    const outgoing = request(resource, { method: 'POST', headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        clearTimeout(finishing)
        outgoing.destroy()
        const { code } = JSON.parse(text) as { code?: string }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, code, nonce: undefined })
      })
    })
    outgoing.on('error', reject)
    outgoing.write(body.slice(0, 1))
    const finishing = setTimeout(() => outgoing.end(body.slice(1)), finishAfterMs)
  })
}

describeAttack({
  title: 'X11: a body that does not end',
  common: { guard: { limits: { bodySeconds: 0.1 } } },
  weakened: { guard: { limits: { bodySeconds: 60 } } },
  run: async (deployment) => dribble(deployment, await obtainToken(deployment), 1_000),
  stoppedBy: 'body_timeout',
  status: 408,
})

describe('X11: oversized headers', () => {
  const deployment = useDeployment()

  it.each([
    ['1 MB of them', { 'x-padding': 'x'.repeat(1_000_000) }],
    ['a token of 12 kB', { authorization: `DPoP ${'x'.repeat(12_000)}` }],
  ])('%s: are refused with headers_too_large', async (_name, headers) => {
    const answer = await send(deployment().a.resource, { headers })
    expect(answer).toMatchObject({ status: 431, code: 'headers_too_large' })
  })

  it('a proof of 6 kB is refused with headers_too_large', async () => {
    const { token } = await obtainToken(deployment())
    const headers = { authorization: `DPoP ${token}`, dpop: 'x'.repeat(6_000) }
    expect(await send(deployment().a.resource, { headers })).toMatchObject({ status: 431, code: 'headers_too_large' })
  })
})

describe('X11: 100 bodies that do not end', () => {
  const deployment = useDeployment({ guard: { limits: { bodySeconds: 2 } } })

  it('are all refused, and others are served meanwhile', async () => {
    const holder = await obtainToken(deployment())
    const before = process.memoryUsage().rss
    const stuck = Array.from({ length: 100 }, () => dribble(deployment(), holder, 60_000))
    const served = await callTool(await obtainToken(deployment()), deployment().a.resource, toolCall('read_notes'))
    expect(served.status).toBe(200)
    for (const answer of await Promise.all(stuck)) expect(answer).toMatchObject({ status: 408, code: 'body_timeout' })
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
  })
})
