import { describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { McpHandler } from './guarded-server.ts'
import { createHandler } from './testing/handler.test-fixture.ts'
import { resource } from './testing/issuer.test-fixture.ts'
import { createScene, toolCall } from './testing/scene.test-fixture.ts'

describe('RFC 9728 §3: the metadata', () => {
  const wellKnown = 'https://notes.example/.well-known/oauth-protected-resource'

  it.each([`${wellKnown}/mcp`, wellKnown])(
    `${verifies('RFC9728-3.1-1', 'RFC9728-3.2-1')} is served to anybody, browsers included: %s`,
    async (url) => {
      const { guard } = await createScene()
      const response = await guard.protect(createHandler()).fetch(new Request(url))
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(await response.json()).toEqual(guard.metadata)
    },
  )

  it('answers HEAD and preflights, and takes nothing', async () => {
    const { guard } = await createScene()
    const server = guard.protect(createHandler())
    const ask = (method: string) => server.fetch(new Request(`${wellKnown}/mcp`, { method }))
    expect((await ask('HEAD')).status).toBe(200)
    const preflight = await ask('OPTIONS')
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('MCP-Protocol-Version')
    const refused = await ask('POST')
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  it('stands where the resource says, wherever the endpoint is', async () => {
    const { guard } = await createScene({ resource: 'https://notes.example/', endpoint: 'https://notes.example/rpc' })
    const server = guard.protect(createHandler())
    const status = async (path: string) => (await server.fetch(new Request(`https://notes.example${path}`))).status
    expect(await status('/.well-known/oauth-protected-resource')).toBe(200)
    expect(await status('/.well-known/oauth-protected-resource/rpc')).toBe(404)
    expect(await status('/')).toBe(404)
    expect(await status('/rpc')).toBe(401)
  })
})

describe('any other path', () => {
  it.each([
    '/',
    '/mcp/',
    '/MCP',
    '/mcp/x',
    '/%6dcp',
    '//mcp',
    '/.well-known/',
    '/.well-known/oauth-protected-resource/',
  ])('is not there: %s', async (path) => {
    const scene = await createScene()
    const server = scene.guard.protect(createHandler())
    const response = await server.fetch(await scene.request({ url: `https://notes.example${path}` }))
    expect([response.status, await response.text()]).toEqual([404, ''])
  })
})

describe('the handler behind the guard', () => {
  it(`${verifies('MCP-TOKEN-3')} gets the request without credentials, and who sent it`, async () => {
    let seen: { headers: Record<string, string>; body: string; options: unknown } | undefined
    const scene = await createScene()
    const server = scene.guard.protect(
      createHandler(async (request, options) => {
        seen = { headers: Object.fromEntries(request.headers), body: await request.text(), options }
        return new Response('answer', { status: 202, headers: { 'x-answer': '1', 'set-cookie': 'a=1' } })
      }),
    )
    const headers = {
      cookie: 'session=secret',
      'proxy-authorization': 'Basic secret',
      'oauth-client-attestation': 'secret',
      'mcp-protocol-version': '2026-07-28',
      accept: 'application/json, text/event-stream',
    }
    const body = toolCall('read_notes', { query: 'é' })
    const response = await server.fetch(await scene.request({ headers, body }))
    expect([response.status, await response.text()]).toEqual([202, 'answer'])
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-answer': '1', 'set-cookie': 'a=1' })
    expect(response.headers.has('dpop-nonce')).toBe(false)
    expect(seen).toEqual({
      headers: {
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        accept: 'application/json, text/event-stream',
      },
      body,
      options: {
        authInfo: expect.objectContaining({ token: '', clientId: 'agent-1' }),
        parsedBody: JSON.parse(body),
      },
    })
  })

  it('is not called for what was refused', async () => {
    let calls = 0
    const scene = await createScene()
    const server = scene.guard.protect(
      createHandler(() => {
        calls += 1
        return new Response()
      }),
    )
    expect((await server.fetch(await scene.request({ body: toolCall('write_note') }))).status).toBe(403)
    expect((await server.fetch(new Request(resource, { method: 'POST' }))).status).toBe(401)
    expect(calls).toBe(0)
  })

  it('may answer with a response that cannot be changed; a newer nonce goes with it all the same', async () => {
    const scene = await createScene()
    const server = scene.guard.protect(createHandler(() => Response.redirect('https://notes.example/elsewhere')))
    const nonce = await scene.nonce()
    scene.now += 30
    const response = await server.fetch(await scene.request({ proof: { nonce } }))
    expect(response.status).toBe(302)
    expect(response.headers.get('dpop-nonce')).toBe(await scene.nonce())
  })

  it('that throws leaves the proof spent', async () => {
    const scene = await createScene()
    const handler = createHandler(() => {
      throw new Error('database gone')
    })
    const server = scene.guard.protect(handler)
    const request = await scene.request()
    await expect(server.fetch(request.clone())).rejects.toThrow('database gone')
    expect((await server.fetch(request)).status).toBe(401)
  })
})

describe('a policy that does not fit the server', () => {
  const unfit = { tools: { read_note: {} } }

  it('is told by ready(), and nothing is served', async () => {
    const scene = await createScene(unfit)
    const server = scene.guard.protect(createHandler())
    await expect(server.ready()).rejects.toThrow(ConfigurationError)
    await expect(server.fetch(await scene.request())).rejects.toThrow("tool 'read_note'")
  })

  it('is looked for once, by however many calls at once', async () => {
    const asked: unknown[] = []
    const inner = createHandler()
    const handler: McpHandler = {
      fetch(request, options) {
        if (options?.authInfo === undefined) asked.push(options?.parsedBody)
        return inner.fetch(request, options)
      },
    }
    const scene = await createScene()
    const server = scene.guard.protect(handler)
    const requests = await Promise.all([scene.request(), scene.request(), scene.request()])
    await Promise.all(requests.map((request) => server.fetch(request)))
    expect(asked).toMatchObject(
      ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'].map((method) => ({ method })),
    )
  })

  it('is looked for again when the server could not answer yet', async () => {
    let broken = true
    const inner = createHandler()
    const handler: McpHandler = {
      async fetch(request, options) {
        if (broken) throw new Error('database starting')
        return inner.fetch(request, options)
      },
    }
    const scene = await createScene()
    const server = scene.guard.protect(handler)
    await expect(server.fetch(await scene.request())).rejects.toThrow('database starting')
    broken = false
    expect((await server.fetch(await scene.request())).status).toBe(200)
  })
})
