import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { GuardEvent } from '@countersign/core'
import { afterAll, describe, expect, it } from 'vitest'
import type { Scene } from '../testing/scene.test-fixture.ts'
import { codeOf, goodBody, serveScene } from '../testing/served-scene.test-fixture.ts'

const served = await serveScene({ guard: { limits: { bodyBytes: 1000, bodySeconds: 0.05 } } })
afterAll(() => served[Symbol.asyncDispose]())

const length = (body: string | Uint8Array) => `content-length: ${Buffer.byteLength(body)}\r\n\r\n`
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
/** The head of a proven call whose body is sent apart; the proof covers `content`, or nothing. */
const headFor = (content?: string | Uint8Array) => served.head({ proof: { content } })

describe('RFC 9112 §6: the body of a request', () => {
  it('is judged as it arrived, whole or in pieces', async () => {
    expect((await served.send(await headFor(goodBody), length(goodBody), goodBody)).status).toBe(200)
    const half = goodBody.length / 2
    const pieces = [chunk(goodBody.slice(0, half)), chunk(goodBody.slice(half)), '0\r\n\r\n']
    const head = await headFor(goodBody)
    expect((await served.send(head, 'transfer-encoding: chunked\r\n\r\n', ...pieces)).status).toBe(200)
  })

  it('is refused before it is sent, when its length says that it is too large', async () => {
    const connection = await served.connect()
    connection.write(await headFor(), 'content-length: 1001\r\n\r\n')
    const response = await connection.response()
    expect([response.status, codeOf(response), response.headers.connection]).toEqual([413, 'body_too_large', 'close'])
    await connection.closed()
  })

  it('is refused once it is too large, when nothing said so', async () => {
    const connection = await served.connect()
    connection.write(
      await headFor(),
      'transfer-encoding: chunked\r\n\r\n',
      chunk(' '.repeat(600)),
      chunk(' '.repeat(600)),
    )
    const response = await connection.response()
    expect([response.status, codeOf(response), response.headers.connection]).toEqual([413, 'body_too_large', 'close'])
    await connection.closed()
  })

  it('of exactly the greatest size is taken', async () => {
    const body = goodBody + ' '.repeat(1000 - goodBody.length)
    expect((await served.send(await headFor(body), length(body), body)).status).toBe(200)
  })

  it.each([
    ['never begins', []],
    ['never ends', [goodBody.slice(0, 9)]],
    ['never ends, in chunks', [chunk(goodBody)]],
  ])('that %s is refused in time, and others are served meanwhile', async (_name, parts) => {
    const slow = await served.connect()
    const framing = _name.endsWith('chunks') ? 'transfer-encoding: chunked\r\n\r\n' : length(goodBody)
    slow.write(await headFor(goodBody), framing, ...parts)
    expect((await served.send(await headFor(goodBody), length(goodBody), goodBody)).status).toBe(200)
    const response = await slow.response()
    expect([response.status, codeOf(response), response.headers.connection]).toEqual([408, 'body_timeout', 'close'])
    await slow.closed()
  })

  it('that breaks off spends the proof, and is no error of ours', async () => {
    served.scene.events.length = 0
    served.scene.spends.length = 0
    const connection = await served.connect()
    connection.write(await headFor(goodBody), length(goodBody), goodBody.slice(0, 9))
    connection.socket.end()
    await connection.closed()
    expect(served.scene.events.at(-1)).toMatchObject({ code: 'malformed_request', reason: 'body_aborted' })
    expect(served.scene.spends).toHaveLength(1)
    expect(served.errors).toEqual([])
  })
})

describe('a caller who left before the body was wanted', () => {
  it('is not waited for', async () => {
    const keys = Promise.withResolvers<Response>()
    const asked = Promise.withResolvers<void>()
    const fetch: typeof globalThis.fetch = () => {
      asked.resolve()
      return keys.promise
    }
    const issuer = { issuer: 'https://auth.example', jwksUri: 'https://auth.example/jwks' }
    await using slow = await serveScene({
      guard: { authorizationServers: [issuer], fetch, limits: { bodySeconds: 300 } },
    })
    const connection = await slow.connect()
    const arrived = once(slow.http, 'request')
    connection.write(await slow.head(), length(goodBody), goodBody.slice(0, 9))
    const [request] = (await arrived) as [IncomingMessage]
    await asked.promise
    const left = new Promise((resolve) => request.once('close', resolve))
    connection.socket.destroy()
    await left
    const decided = nextEvent(slow.scene)
    keys.resolve(Response.json({ keys: [slow.scene.issuer.publicJwk] }))
    expect(await decided).toMatchObject({ code: 'malformed_request', reason: 'body_aborted' })
  })
})

describe('RFC 9110 §8.4, RFC 8259 §8.1: what the octets may be', () => {
  it('encoded ones are refused: they would be hashed in one form, and acted on in another', async () => {
    const body = gzipSync(goodBody)
    const head = await headFor(body)
    const response = await served.send(head, 'content-encoding: gzip\r\n', length(body), body)
    expect([response.status, codeOf(response)]).toEqual([415, 'unsupported_media_type'])
  })

  it.each<[string, string]>([
    ['content-type: application/json\r\n', 'a second Content-Type'],
    ['content-encoding: identity\r\n', 'any Content-Encoding'],
  ])('%j is refused (%s)', async (line) => {
    const response = await served.send(await headFor(goodBody), line, length(goodBody), goodBody)
    expect(codeOf(response)).toBe('unsupported_media_type')
  })

  it.each([
    'text/plain',
    'application/json; charset=latin1',
    'application/json, text/plain',
    'multipart/form-data',
    '',
  ])('of the type %j they are refused', async (type) => {
    const head = await served.head({ headers: { 'content-type': type } })
    expect(codeOf(await served.send(head, length(goodBody), goodBody))).toBe('unsupported_media_type')
  })

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('of the type %j they are taken', async (type) => {
    const head = await served.head({ headers: { 'content-type': type } })
    expect((await served.send(head, length(goodBody), goodBody)).status).toBe(200)
  })

  it.each<[string, Uint8Array]>([
    ['a byte order mark', Buffer.from(`\ufeff${goodBody}`)],
    ['bytes that are no UTF-8', Buffer.from(goodBody.replace('read', 'r\xe9ad'), 'latin1')],
    ['UTF-16', Buffer.from(goodBody, 'utf16le')],
    ['two documents', Buffer.from(goodBody + goodBody)],
    ['a member that is there twice', Buffer.from(goodBody.replace('{', '{"id":2,'))],
    ['a number that not every reader reads alike', Buffer.from(goodBody.replace('"id":1', '"id":9007199254740993'))],
    ['deep nesting', Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`)],
  ])('%s is a malformed body', async (_name, body) => {
    const response = await served.send(await headFor(body), length(body), body)
    expect([response.status, codeOf(response)]).toEqual([400, 'malformed_body'])
  })

  it('none at all are a malformed body, or a mismatch when the proof covers some', async () => {
    expect(codeOf(await served.send(await headFor(), length('')))).toBe('malformed_body')
    expect(codeOf(await served.send(await headFor(goodBody), length('')))).toBe('content_digest_mismatch')
  })

  it('are hashed as received: the same JSON in other bytes is another body', async () => {
    const other = goodBody.replace(',', ', ')
    const response = await served.send(await headFor(goodBody), length(other), other)
    expect(codeOf(response)).toBe('content_digest_mismatch')
  })
})

/** The next thing that a guard reports. */
function nextEvent({ events }: Scene): Promise<GuardEvent> {
  return new Promise((resolve) => {
    events.push = (...happened) => {
      for (const event of happened) resolve(event)
      return happened.length
    }
  })
}
