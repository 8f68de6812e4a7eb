import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { ConfigurationError } from '../configuration-error.ts'
import { signProof } from '../testing/agent.test-fixture.ts'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { codeOf, goodBody, serveScene } from '../testing/served-scene.test-fixture.ts'
import { createNodeListener } from './node-listener.ts'

let seen: Request[] = []
const served = await serveScene({
  handler: createHandler((request) => {
    seen.push(request)
    return Response.json({ jsonrpc: '2.0', id: 1, result: {} })
  }),
})
const { scene } = served
afterAll(() => served[Symbol.asyncDispose]())
beforeEach(() => {
  seen = []
})
const body = `content-length: ${goodBody.length}\r\n\r\n${goodBody}`

describe('raw headers', () => {
  it(`${verifies('RFC6750-2-1')} a second Authorization is refused, not chosen from`, async () => {
    const { issuer, agent } = scene
    const other = await issuer.sign({ aud: scene.guard.metadata.resource, cnf: { jkt: agent.thumbprint } })
    for (const second of [`DPoP ${other}`, 'Bearer x', '']) {
      const response = await served.send(await served.head({}, `authorization: ${second}`), body)
      expect([response.status, codeOf(response)]).toEqual([400, 'malformed_request'])
    }
    expect(seen).toEqual([])
  })

  it(`${verifies('RFC9449-4.3-1')} a second DPoP is refused, be it the same or another`, async () => {
    const head = await served.head()
    const [, proof] = /^dpop: (.*)$/m.exec(head) ?? []
    for (const second of [proof, await signProof(scene.agent), '']) {
      const response = await served.send(`${head}DPoP: ${second}\r\n`, body)
      expect([response.status, codeOf(response)]).toEqual([401, 'invalid_dpop_proof'])
    }
    expect(scene.events.at(-1)).toMatchObject({ reason: 'several' })
  })

  it('two proofs in one header are none', async () => {
    const dpop = `${await signProof(scene.agent)}, ${await signProof(scene.agent)}`
    expect(codeOf(await served.send(await served.head({ headers: { dpop } }), body))).toBe('invalid_dpop_proof')
  })

  it('a second Mcp-Session-Id is refused, not chosen from', async () => {
    const head = await served.head({ headers: { 'mcp-session-id': 'a' } }, 'mcp-session-id: b')
    expect(codeOf(await served.send(head, body))).toBe('malformed_request')
  })

  it('a second Origin, Mcp-Method or Mcp-Name is refused', async () => {
    const head = await served.head({ headers: { 'mcp-method': 'tools/call' } }, 'mcp-method: tools/call')
    expect(codeOf(await served.send(head, body))).toBe('header_mismatch')
    const origins = await served.head({}, 'origin: https://a.example', 'origin: https://a.example')
    expect(codeOf(await served.send(origins, body))).toBe('origin_not_allowed')
  })

  it(`${verifies('MCP-TOKEN-3')} what a credential stood in never reaches the handler`, async () => {
    const headers = { cookie: 'a=1', 'proxy-authorization': 'Basic x', 'x-other': '1', 'transfer-encoding': null }
    const response = await served.send(await served.head({ headers }, 'Cookie: b=2', 'X-Other: 2'), body)
    expect(response.status).toBe(200)
    const [request] = seen
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      'content-type': 'application/json',
      'x-other': '1, 2',
    })
    expect(await request?.text()).toBe(goodBody)
  })
})

describe('a path', () => {
  it.each(['//mcp', '//evil.example/mcp', '/mcp/', '/x/../mcp/..', '/MCP', '*', '/mcp%2f'])(
    'that is another than the endpoint’s is not there: %s',
    async (target) => {
      const head = (await served.head()).replace('POST /mcp ', `POST ${target} `)
      expect((await served.send(head, body)).status).toBe(404)
      expect(seen).toEqual([])
    },
  )

  it.each(['http://evil.example/mcp', 'http://user:secret@evil.example/mcp?x=1', 'https://evil.example/mcp'])(
    'in absolute form says nothing about where we are: %s',
    async (target) => {
      const head = (await served.head()).replace('POST /mcp ', `POST ${target} `)
      expect((await served.send(head, body)).status).toBe(200)
      expect(new URL(seen[0]?.url ?? '').origin).toBe(served.origin)
      expect(served.errors).toEqual([])
    },
  )
})

describe('an exception of ours', () => {
  it('gets a bare 500, and is told to onError', async () => {
    const handler = createHandler(() => {
      throw new Error('password of the database')
    })
    await using broken = await serveScene({ handler })
    const response = await broken.send(await broken.head(), body)
    expect([response.status, response.body, response.headers['cache-control']]).toEqual([500, '', 'no-store'])
    expect(broken.errors).toEqual([new Error('password of the database')])
  })

  it.each([
    [new TypeError('invalid header eyJ0eXAi'), expect.not.stringContaining('eyJ')],
    [new ConfigurationError('tools: name one'), expect.stringContaining('tools: name one')],
  ])('is logged without what a message may quote, when nobody else wants it: %s', async (error, logged) => {
    await using served = await serveScene()
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const broken = () => Promise.reject(error)
    served.http.removeAllListeners('request')
    served.http.on('request', createNodeListener({ serve: broken, fetch: broken, ready: broken }))
    expect((await served.send(await served.head(), body)).status).toBe(500)
    expect(log.mock.calls).toEqual([[logged]])
    log.mockRestore()
  })

  it('a body that somebody read before is one: the guard stands behind a body parser', async () => {
    await using behind = await serveScene()
    const [guarded] = behind.http.listeners('request')
    behind.http.removeAllListeners('request')
    behind.http.on('request', (request, response) => {
      void request.toArray().then(() => guarded?.call(behind.http, request, response))
    })
    const response = await behind.send(await behind.head(), body)
    expect([response.status, response.body]).toEqual([500, ''])
    expect(behind.errors).toEqual([expect.any(ConfigurationError)])
    expect(behind.scene.spends).toEqual([])
  })

  it('a body that somebody else is reading is one', async () => {
    await using beside = await serveScene()
    beside.http.prependListener('request', (request) => request.resume())
    const response = await beside.send(await beside.head(), body)
    expect([response.status, response.body]).toEqual([500, ''])
    expect(beside.errors).toEqual([expect.any(ConfigurationError)])
  })

  it('a policy that does not fit the server is one, whoever calls', async () => {
    await using unfit = await serveScene({ guard: { tools: { no_such_tool: {} } } })
    const response = await unfit.send('POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n')
    expect([response.status, response.body]).toEqual([500, ''])
    expect(unfit.errors).toEqual([expect.any(ConfigurationError)])
  })
})
