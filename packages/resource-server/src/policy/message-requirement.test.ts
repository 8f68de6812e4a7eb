import type { JsonValue, Result } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Requirement } from '../guard-options.ts'
import { type Message, readMessages } from './message.ts'
import { findRequirements } from './message-requirement.ts'
import { createRequirementTables } from './requirement-tables.ts'

const read = { scopes: ['read'] }
const write = { scopes: ['write'] }
const listen = { scopes: ['listen'] }
const tables = createRequirementTables({
  tools: { read_notes: read, write_note: write },
  prompts: { summarise: write },
  resources: { 'notes:///*': read, 'notes:///private/*': write },
  methods: { 'resources/list': read, 'resources/subscribe': listen, 'subscriptions/listen': listen },
})

const find = (message: Message) => findRequirements(message, tables)
const ask = (method: string, params: Record<string, JsonValue> = {}) => find({ kind: 'request', method, params })
const refused = (code: string) => ({ ok: false, rejection: { code } })
const needs = (...value: Requirement[]) => ({ ok: true, value })

describe('what a message needs', () => {
  it('is what was declared for the tool, prompt or resource that it names', () => {
    expect(ask('tools/call', { name: 'write_note' })).toEqual(needs(write))
    expect(ask('prompts/get', { name: 'summarise' })).toEqual(needs(write))
    expect(ask('resources/read', { uri: 'notes:///1' })).toEqual(needs(read))
  })

  it('is the same whether an answer is wanted or not', () => {
    const params = { name: 'write_note' }
    expect(find({ kind: 'notification', method: 'tools/call', params })).toEqual(needs(write))
    expect(find({ kind: 'notification', method: 'tools/call', params: { name: 'other' } })).toEqual(
      refused('tool_not_declared'),
    )
    expect(find({ kind: 'notification', method: 'resources/list', params: {} })).toEqual(needs(read))
  })

  it('is nothing for open methods, notifications and responses', () => {
    for (const method of ['initialize', 'server/discover', 'ping', 'tools/list']) expect(ask(method)).toEqual(needs({}))
    for (const method of ['notifications/initialized', 'notifications/cancelled']) {
      expect(find({ kind: 'notification', method, params: {} })).toEqual(needs())
    }
    expect(find({ kind: 'response' })).toEqual(needs())
  })
})

describe('what was not declared is refused', () => {
  it.each([undefined, null, 7, ['read_notes'], { name: 'read_notes' }, 'other', '__proto__', 'constructor'])(
    'a tool, prompt or resource named %j',
    (name) => {
      const params: Record<string, JsonValue> = name === undefined ? {} : { name, uri: name }
      expect(ask('tools/call', params)).toEqual(refused('tool_not_declared'))
      expect(ask('prompts/get', params)).toEqual(refused('prompt_not_declared'))
      expect(ask('resources/read', params)).toEqual(refused('resource_not_declared'))
    },
  )

  it.each(['tools/call', 'prompts/get', 'resources/read'])(
    '%s as a method, where nothing of its kind was declared',
    (method) => {
      const params = { name: 'read_notes', uri: 'notes:///1' }
      const answer = findRequirements({ kind: 'request', method, params }, createRequirementTables({}))
      expect(answer).toEqual(refused('method_not_declared'))
    },
  )

  it.each([
    'completion/complete',
    'resources/templates/list',
    'prompts/list',
    'logging/setLevel',
    'tasks/get',
    'TOOLS/CALL',
    'tools/call ',
    '',
    '__proto__',
    'notifications/initialized',
  ])('the request %j', (method) => {
    expect(ask(method, { name: 'read_notes' })).toEqual(refused('method_not_declared'))
  })

  it('a notification that is not one of the protocol', () => {
    for (const method of ['notifications', 'notification/x', 'logging/setLevel']) {
      expect(find({ kind: 'notification', method, params: {} })).toEqual(refused('method_not_declared'))
    }
  })
})

describe('a subscription tells what changes, so it needs what reading needs', () => {
  it('resources/subscribe for its one resource', () => {
    expect(ask('resources/subscribe', { uri: 'notes:///private/1' })).toEqual(needs(listen, write))
    for (const uri of ['file:///etc/passwd', 7, null]) {
      expect(ask('resources/subscribe', { uri })).toEqual(refused('resource_not_declared'))
    }
    expect(ask('resources/subscribe')).toEqual(refused('resource_not_declared'))
  })

  it('subscriptions/listen for each of its resources', () => {
    const resourceSubscriptions = ['notes:///1', 'notes:///private/1']
    const notifications = { toolsListChanged: true, resourceSubscriptions }
    expect(ask('subscriptions/listen', { notifications })).toEqual(needs(listen, read, write))
    expect(
      ask('subscriptions/listen', { notifications: { resourceSubscriptions: ['notes:///1', 'file:///x'] } }),
    ).toEqual(refused('resource_not_declared'))
    expect(ask('subscriptions/listen', { notifications: { toolsListChanged: true } })).toEqual(needs(listen))
    expect(ask('subscriptions/listen')).toEqual(needs(listen))
  })

  it('subscriptions/listen also for one that is in no list', () => {
    const notifications = { resourceSubscriptions: 'notes:///private/1' }
    expect(ask('subscriptions/listen', { notifications })).toEqual(needs(listen, write))
  })

  it.each([7, null, { 0: 'notes:///private/1' }, true])(
    'also when they are not in a list, which another reader may take for one: %j',
    (resourceSubscriptions) => {
      const answer = ask('subscriptions/listen', { notifications: { resourceSubscriptions } as JsonValue })
      expect(answer).toEqual(refused('resource_not_declared'))
    },
  )

  it('needs resources to be declared, and to be declared itself', () => {
    const none = createRequirementTables({ methods: { 'resources/subscribe': {} } })
    const subscribe: Message = { kind: 'request', method: 'resources/subscribe', params: { uri: 'notes:///1' } }
    expect(findRequirements(subscribe, none)).toEqual(refused('method_not_declared'))
    const closed = createRequirementTables({ resources: { 'notes:///*': read } })
    for (const method of ['resources/subscribe', 'subscriptions/listen']) {
      const answer = findRequirements({ kind: 'request', method, params: { uri: 'notes:///1' } }, closed)
      expect(answer).toEqual(refused('method_not_declared'))
    }
  })
})

describe('properties', () => {
  const methods = ['tools/call', 'resources/read', 'prompts/get', 'ping', 'subscriptions/listen', 'x']
  const name = fc.oneof(fc.constantFrom('read_notes', 'write_note', 'summarise', 'notes:///1'), fc.jsonValue())
  const message = fc.record(
    {
      jsonrpc: fc.constant('2.0'),
      id: fc.nat(),
      method: fc.oneof(fc.constantFrom(...methods), fc.string()),
      params: fc.oneof(fc.record({ name, uri: name, notifications: fc.jsonValue() }), fc.jsonValue()),
    },
    { requiredKeys: ['jsonrpc', 'method'] },
  )
  const judge = (body: unknown): Result<readonly Requirement[]> => {
    const messages = readMessages(body as JsonValue, 50)
    if (!messages.ok) return messages
    const found = messages.value.map(find)
    const objection = found.find(({ ok }) => !ok)
    return objection ?? { ok: true, value: found.flatMap((one) => (one.ok ? one.value : [])) }
  }

  it('any JSON is judged without an exception', () => {
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), message), (body) => typeof judge(body).ok === 'boolean'))
  })

  it('a batch needs all that each of its messages needs, and is refused when one of them is', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), (batch) => {
        const whole = judge(batch)
        const parts = batch.map(judge)
        if (!whole.ok) return parts.some(({ ok }) => !ok)
        return parts.every((part) => part.ok && part.value.every((requirement) => whole.value.includes(requirement)))
      }),
    )
  })
})
