import { describe, expect, it } from 'vitest'
import type { HeldToken } from '../held-token.ts'
import { CapabilityTokens } from './capability-tokens.ts'

function makeToken(accessToken = 'a'): HeldToken {
  const attestation = { audience: 'https://notes.example/mcp', demand: 'unwanted' } as const
  return { accessToken, scheme: 'DPoP', scopes: [], endsAt: 100, attestation, attestedUntil: undefined }
}

const call = { tool: 'delete_note', arguments: { note_id: 42 } }
const other = { tool: 'delete_note', arguments: { note_id: 99 } }

function makeStore(uses = 1) {
  const state = { now: 0 }
  const store = new CapabilityTokens(({ endsAt = 0 }) => state.now >= endsAt)
  const token = makeToken()
  store.keep(call, { token, uses })
  return { store, state, token }
}

describe('tokens for single calls', () => {
  it('are taken for their call alone, as often as they say', () => {
    const { store, token } = makeStore(2)
    expect(store.take(other)).toBeUndefined()
    expect([store.take(call), store.take(call), store.take(call)]).toEqual([token, token, undefined])
  })

  it('get a use back that was not spent, and never more than there were', () => {
    const { store, token } = makeStore()
    store.settle(token, 'unspent')
    store.settle(token, 'unspent')
    expect([store.take(call), store.take(call)]).toEqual([token, undefined])
    store.settle(makeToken(), 'unspent')
    expect(store.take(call)).toBeUndefined()
    store.settle(token, 'unspent')
    expect(store.take(call)).toBe(token)
  })

  it('are gone once they were refused, and once their time is over', () => {
    const refused = makeStore(2)
    refused.store.settle(refused.token, 'refused')
    expect(refused.store.take(call)).toBeUndefined()
    const late = makeStore()
    late.state.now = 100
    expect([late.store.take(call, true), late.store.take(call)]).toEqual([undefined, undefined])
  })

  it('go on with a call that was begun, without another use', () => {
    const { store, token } = makeStore()
    expect([store.take(call), store.take(call, true), store.take(call, true)]).toEqual([token, token, token])
    expect(store.take(other, true)).toBeUndefined()
  })

  it('are found by the body of a request that makes one call, and says so once', () => {
    const { store, token } = makeStore(9)
    const encode = (text: string) => new TextEncoder().encode(text)
    const message =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_note","arguments":{"note_id":42}}}'
    expect(store.takeFor(encode(message))).toBe(token)
    for (const text of [
      `[${message},${message}]`,
      message.replace('"note_id":42', '"note_id":42,"note_id":42'),
      message.replace('tools/call', 'tools/list'),
      message.replace('{"note_id":42}', '[42]'),
      message.replace('42', '42.5'),
      '',
    ]) {
      expect(store.takeFor(encode(text))).toBeUndefined()
    }
    expect(store.takeFor(undefined)).toBeUndefined()
  })

  it('are as many as 64: the oldest goes first', () => {
    const { store } = makeStore()
    for (let note_id = 100; note_id < 164; note_id += 1) {
      store.keep({ tool: 'delete_note', arguments: { note_id } }, { token: makeToken(String(note_id)), uses: 1 })
    }
    expect(store.take(call)).toBeUndefined()
    expect(store.take({ tool: 'delete_note', arguments: { note_id: 100 } })).toBeDefined()
  })
})
