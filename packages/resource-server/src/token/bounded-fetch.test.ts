import { describe, expect, it } from 'vitest'
import { useHttpServer } from '../testing/http-server.test-fixture.ts'
import { FetchFailed, fetchJsonObject } from './bounded-fetch.ts'

const limit = 256 * 1024
/** A JSON object of exactly so many bytes. */
const objectOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`

const requested: string[] = []
const origin = useHttpServer((request, response) => {
  const path = request.url ?? ''
  requested.push(path)
  if (path === '/redirect') response.writeHead(302, { location: '/object' }).end()
  else if (path === '/silent') return
  else if (path === '/headers-only') response.writeHead(200).flushHeaders()
  else if (path === '/split') writeSplit()
  else if (path === '/drip') response.writeHead(200).write('{"a":')
  else if (path === '/endless') void writeEndlessly()
  else if (path === '/cut') response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy())
  else if (path.startsWith('/status/')) response.writeHead(Number(path.slice(8))).end('{"secret":"content"}')
  else if (path.startsWith('/size/')) response.end(objectOf(Number(path.slice(6))))
  else if (path === '/latin1') response.end(Buffer.from('{"a":"\xe9"}', 'latin1'))
  else if (path.startsWith('/text/')) response.end(decodeURIComponent(path.slice(6)))
  else response.end('{"issuer":"é"}')

  /** A letter of two bytes, one in each chunk. */
  function writeSplit(): void {
    response.write(Buffer.from('{"issuer":"\xc3', 'latin1'), () =>
      setImmediate(() => response.end(Buffer.from('\xa9"}', 'latin1'))),
    )
  }

  function writeEndlessly(): void {
    if (response.destroyed) return
    if (response.write('x'.repeat(64 * 1024))) setImmediate(writeEndlessly)
    else response.once('drain', writeEndlessly)
  }
})

const get = (path: string, timeoutMs = 10_000) => fetchJsonObject(origin() + path, fetch, { timeoutMs })
const failed = (reason: string) => expect.objectContaining({ name: 'FetchFailed', reason })

describe('fetching a document of an issuer', () => {
  it('yields the object', async () => {
    expect(await get('/object')).toEqual({ issuer: 'é' })
    expect(await get('/split')).toEqual({ issuer: 'é' })
  })

  it('follows no redirect', async () => {
    requested.length = 0
    await expect(get('/redirect')).rejects.toEqual(failed('connection'))
    expect(requested).toEqual(['/redirect'])
  })

  it('takes 256 KiB and not one byte more', async () => {
    expect(await get(`/size/${limit}`)).toHaveProperty('a')
    await expect(get(`/size/${limit + 1}`)).rejects.toEqual(failed('size'))
  })

  it('stops reading what does not end', async () => {
    await expect(get('/endless')).rejects.toEqual(failed('size'))
  })

  it.each(['/silent', '/headers-only', '/drip'])('gives up in time on a server that hangs: %s', async (path) => {
    await expect(get(path, 50)).rejects.toEqual(failed('timeout'))
  })

  it.each([204, 206, 304, 404, 500])('takes no other status than 200: %i', async (status) => {
    await expect(get(`/status/${status}`)).rejects.toEqual(failed(`status_${status}`))
  })

  it.each(['[]', 'null', '"text"', '1', '{"a":', ''])('takes nothing but a JSON object: %s', async (text) => {
    await expect(get(`/text/${encodeURIComponent(text)}`)).rejects.toEqual(failed('json'))
  })

  it('takes no bytes that are not UTF-8, and none that broke off', async () => {
    await expect(get('/latin1')).rejects.toEqual(failed('body'))
    await expect(get('/cut')).rejects.toEqual(failed('body'))
  })

  it('says what went wrong, and nothing of the content', async () => {
    const error: unknown = await get('/status/500').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(FetchFailed)
    expect(String(error)).toBe("FetchFailed: the issuer's document could not be had: status_500")
    await expect(fetchJsonObject('http://127.0.0.1:1/', fetch)).rejects.toEqual(failed('connection'))
  })
})
