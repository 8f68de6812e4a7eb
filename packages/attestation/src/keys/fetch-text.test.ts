import { describe, expect, it } from 'vitest'
import { KEYS_URL } from '../testing/key-server.test-fixture.ts'
import { fetchText } from './fetch-text.ts'

const { signal } = new AbortController()

describe('one fetch of a document', () => {
  it('asks the platform not to follow redirects, and for a document of keys', async () => {
    let asked: RequestInit | undefined
    const fetcher: typeof fetch = async (_url, init) => {
      asked = init
      return new Response('text')
    }
    expect(await fetchText(KEYS_URL, fetcher, signal)).toBe('text')
    expect(asked).toMatchObject({
      redirect: 'error',
      signal,
      headers: { accept: expect.stringContaining('jwk-set+jwt') },
    })
  })

  it('stops reading a body that never ends', async () => {
    let pulled = 0
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(65_536))
      },
      cancel() {
        isCancelled = true
      },
    })
    await expect(fetchText(KEYS_URL, async () => new Response(body), signal)).rejects.toThrow('size')
    expect(pulled).toBeLessThan(20)
    expect(isCancelled).toBe(true)
  })

  it('says of bytes that are no text, and of a body that breaks off, what they are', async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('text from elsewhere'))
      },
    })
    for (const body of [new Uint8Array([0xff]), broken]) {
      await expect(fetchText(KEYS_URL, async () => new Response(body), signal)).rejects.toThrow(/fetched: body$/)
    }
  })

  it('lets go of the body of an answer that it does not read', async () => {
    let isCancelled = false
    const body = new ReadableStream({
      cancel() {
        isCancelled = true
      },
    })
    const refused = fetchText(KEYS_URL, async () => new Response(body, { status: 404 }), signal)
    await expect(refused).rejects.toThrow('status_404')
    expect(isCancelled).toBe(true)
  })
})
