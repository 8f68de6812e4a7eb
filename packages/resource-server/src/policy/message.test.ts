import type { JsonValue } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMessages } from './message.ts'

const read = (body: JsonValue) => readMessages(body, 50)
const malformed = (reason: string) => ({ ok: false, rejection: { code: 'malformed_body', reason } })
const request = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

describe('JSON-RPC 2.0 §4: one message', () => {
  it('with a method and an id is a request', () => {
    const params = { name: 'read_notes' }
    expect(read({ ...request, params })).toEqual({
      ok: true,
      value: [{ kind: 'request', method: 'tools/list', params }],
    })
    expect(read({ ...request, id: 'a' })).toMatchObject({ ok: true, value: [{ kind: 'request', params: {} }] })
  })

  it('without an id is a notification', () => {
    expect(read({ jsonrpc: '2.0', method: 'notifications/initialized' })).toEqual({
      ok: true,
      value: [{ kind: 'notification', method: 'notifications/initialized', params: {} }],
    })
  })

  it('with an id of null is a request: a server may answer it', () => {
    expect(read({ ...request, id: null })).toMatchObject({ ok: true, value: [{ kind: 'request' }] })
  })

  it('with a result or an error is a response', () => {
    expect(read({ jsonrpc: '2.0', id: 1, result: {} })).toEqual({ ok: true, value: [{ kind: 'response' }] })
    expect(read({ jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } })).toEqual({
      ok: true,
      value: [{ kind: 'response' }],
    })
  })

  it.each<{ body: JsonValue; why: string }>([
    { body: { ...request, result: {} }, why: 'request or response?' },
    { body: { ...request, error: {} }, why: 'request or response?' },
    { body: { jsonrpc: '2.0', id: 1, result: {}, error: {} }, why: 'success or failure?' },
    { body: { jsonrpc: '2.0', id: 1 }, why: 'neither' },
    { body: { ...request, jsonrpc: '1.0' }, why: 'version' },
    { body: { ...request, jsonrpc: 2 }, why: 'version' },
    { body: { id: 1, method: 'ping' }, why: 'version' },
    { body: { ...request, method: null }, why: 'method' },
    { body: { ...request, method: ['tools/call'] }, why: 'method' },
    { body: { jsonrpc: '2.0', id: 1, method: null, result: {} }, why: 'method' },
    { body: { ...request, params: [1] }, why: 'params by position' },
    { body: { ...request, params: 'name' }, why: 'params' },
    { body: null, why: 'no object' },
    { body: true, why: 'no object' },
    { body: 7, why: 'no object' },
    { body: 'tools/list', why: 'no object' },
    { body: {}, why: 'empty' },
  ])('is refused when it cannot be told what it is: $body ($why)', ({ body }) => {
    expect(read(body)).toEqual(malformed('message'))
    expect(read([request, body])).toEqual(malformed('message'))
  })
})

describe('JSON-RPC 2.0 §6: a batch', () => {
  it('is read message by message, in order', () => {
    const notification = { jsonrpc: '2.0', method: 'notifications/cancelled' }
    expect(read([request, notification])).toMatchObject({
      ok: true,
      value: [{ kind: 'request' }, { kind: 'notification' }],
    })
  })

  it('has one message at least, and no more than the limit', () => {
    expect(read([])).toEqual(malformed('batch_length'))
    expect(read(Array(50).fill(request))).toMatchObject({ ok: true })
    expect(read(Array(51).fill(request))).toEqual(malformed('batch_length'))
    expect(read(Array(10_000).fill(request))).toEqual(malformed('batch_length'))
  })

  it('holds no batches', () => {
    expect(read([[request]])).toEqual(malformed('message'))
  })
})

describe('any JSON at all', () => {
  it('is read or refused as malformed_body, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const answer = read(body as JsonValue)
        return answer.ok || answer.rejection.code === 'malformed_body'
      }),
    )
  })

  it('that looks like a message has its own method and params or none', () => {
    const message = fc.record(
      { jsonrpc: fc.constant('2.0'), id: fc.jsonValue(), method: fc.jsonValue(), params: fc.jsonValue() },
      { requiredKeys: ['jsonrpc'] },
    )
    fc.assert(
      fc.property(message, (body) => {
        const answer = read(body as JsonValue)
        if (!answer.ok) return true
        return answer.value.every((one) => one.kind === 'response' || one.method === body.method)
      }),
    )
  })
})
