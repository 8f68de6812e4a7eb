import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { initializeResult } from '../testing/legacy-client.test-fixture.ts'
import { putCapability } from './put-capability.ts'

const capability = { version: '0.1.0', verification_status: 'verified' }
const message = { jsonrpc: '2.0', id: 7, result: initializeResult }
const completed = {
  ...message,
  result: {
    ...initializeResult,
    capabilities: {
      ...initializeResult.capabilities,
      experimental: { ...initializeResult.capabilities.experimental, 'security.attestation': capability },
    },
  },
}

const asJson = (value: unknown) => Response.json(value, { headers: { 'content-length': '1', 'x-own': '1' } })
const asEvents = (body: BodyInit) => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
const put = (answer: Response) => putCapability(answer, 7, capability)

/** A stream of these pieces, one after the other. */
function streamOf(pieces: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
}

describe('an answer in JSON', () => {
  it('has the capability beside its own, with its headers but for the length', async () => {
    const answer = await put(asJson(message))
    expect([answer.headers.get('x-own'), answer.headers.has('content-length')]).toEqual(['1', false])
    expect(await answer.json()).toEqual(completed)
  })

  it.each([{}, { capabilities: null }, { capabilities: { experimental: 'x' } }])(
    'has it also where it has none of its own: %j',
    async (result) => {
      const answer = await put(asJson({ ...message, result }))
      expect(await answer.json()).toMatchObject({
        result: { capabilities: { experimental: { 'security.attestation': capability } } },
      })
    },
  )

  it('does not keep what the handler says of attestations: the guard knows', async () => {
    const experimental = { 'security.attestation': { verification_status: 'verified', trust_level: 'provider' } }
    const answer = await put(asJson({ ...message, result: { capabilities: { experimental } } }))
    expect(await answer.json()).toMatchObject({
      result: { capabilities: { experimental: { 'security.attestation': capability } } },
    })
  })

  it.each([
    { ...message, id: 8 },
    { ...message, id: '7' },
    { jsonrpc: '2.0', id: 7, error: { code: -32603, message: 'broken' } },
    [message],
    'text',
  ])('to something else, or with an error, stays as it is: %j', async (value) => {
    expect(await (await put(asJson(value))).json()).toEqual(value)
  })

  it('that nobody can read stays as it is', async () => {
    const json = { 'content-type': 'application/json' }
    expect(await (await put(new Response('{', { headers: json }))).text()).toBe('{')
    const text = JSON.stringify(message)
    const encoded = new Response(text, { headers: { ...json, 'content-encoding': 'gzip' } })
    expect(await put(encoded)).toBe(encoded)
    const plain = new Response(text, { headers: { 'content-type': 'text/plain' } })
    expect(await put(plain)).toBe(plain)
    const empty = new Response(null, { headers: json })
    expect(await put(empty)).toBe(empty)
  })
})

describe('an answer in a stream of events', () => {
  const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'é🙂' } })
  const events = (data: string, end = '\n') =>
    [
      `: comment${end}${end}`,
      `id: 1${end}data: ${notification}${end}${end}`,
      `event: message${end}id: 2${end}data: ${data}${end}${end}`,
      `data: ${notification}${end}${end}`,
    ].join('')
  const changed = events(JSON.stringify(completed))

  it.each(['\n', '\r\n', '\r'])(
    'has the capability in the event that carries it, whatever ends its lines: %j',
    async (end) => {
      const text = await (await put(asEvents(events(JSON.stringify(message), end)))).text()
      const data = text
        .split(/[\r\n]+/)
        .flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []))
      expect(data).toEqual([JSON.parse(notification), completed, JSON.parse(notification)])
      if (end === '\n') expect(text).toBe(changed)
    },
  )

  it('has it however its bytes are cut', async () => {
    const bytes = new TextEncoder().encode(events(JSON.stringify(message)))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const pieces = places.slice(1).map((end, index) => bytes.slice(places[index], end))
        expect(await (await put(asEvents(streamOf(pieces)))).text()).toBe(changed)
      }),
    )
  })

  it('has it also where its data stand in several lines', async () => {
    const data = JSON.stringify(message, null, 1).replaceAll('\n', '\ndata: ')
    const text = await (await put(asEvents(`data: ${data}\n\n`))).text()
    expect(text).toBe(`data: ${JSON.stringify(completed)}\n\n`)
  })

  it('passes as it is when it never comes, or when an event never ends', async () => {
    for (const text of [
      '',
      'data: {\n\n',
      `data: ${JSON.stringify(message)}`,
      events('7'),
      `data: ${'x'.repeat(2 ** 21)}\n\n${changed}`,
    ]) {
      expect(await (await put(asEvents(text))).text()).toBe(text)
    }
  })

  it('passes at once what comes before it', async () => {
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>()
    const writer = writable.getWriter()
    const reader = (await put(asEvents(readable))).body?.getReader()
    const first = `data: ${notification}\n\n`
    const writing = writer.write(new TextEncoder().encode(first))
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(first)
    await writing
    await reader?.cancel()
  })
})
