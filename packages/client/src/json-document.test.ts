import { describe, expect, it, onTestFinished } from 'vitest'
import { type Handler, startServer } from '../testing/http-server.ts'
import { fetchJsonDocument } from './json-document.ts'

const ROLE = { name: 'test document', failure: 'metadata_unreachable' } as const

async function request(handler: Handler, limits = { size: 1024, time: 10_000 }) {
  const server = await startServer(handler)
  onTestFinished(server.close)
  return fetchJsonDocument({ fetch: globalThis.fetch, url: `${server.origin}/` }, ROLE, limits)
}

describe('metadata and tokens are fetched within bounds', () => {
  it('reads an object', async () => {
    expect((await request(() => Response.json({ a: 1 }))).document).toEqual({ a: 1 })
  })

  it.each([
    ['an array', '[]'],
    ['null', 'null'],
    ['nothing', ''],
    ['duplicate members', '{"a":1,"a":2}'],
    ['a byte order mark', '\ufeff{}'],
  ])('has no document for %s', async (_name, text) => {
    expect((await request(() => new Response(text))).document).toBeUndefined()
  })

  it('gives up on a server that never ends, within its time', async () => {
    const stalled = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([123])) })
    const never = request(() => new Response(stalled), { size: 1024, time: 50 })
    await expect(never).rejects.toMatchObject({
      code: 'metadata_unreachable',
      message: expect.stringContaining('50 ms'),
    })
  })

  it('takes as much as the limit and not an octet more', async () => {
    const text = (length: number) => JSON.stringify('x'.repeat(length - 2))
    expect((await request(() => new Response(text(1024)))).status).toBe(200)
    await expect(request(() => new Response(text(1025)))).rejects.toMatchObject({ code: 'metadata_unreachable' })
  })

  it('follows no redirect', async () => {
    const answer = await request(({ url }) =>
      url.pathname === '/' ? new Response(null, { status: 302, headers: { location: '/next' } }) : Response.json({}),
    )
    expect(answer.status).toBe(302)
  })
})
