import { describe, expect, it } from 'vitest'
import { createScene, type RequestParts, rpc, toolCall } from '../testing/scene.test-fixture.ts'

const scene = await createScene({
  resources: { 'notes:///*': { scopes: ['notes:read'] }, 'notes:///é': { scopes: ['notes:read'] } },
  methods: { 'resources/list': {}, 'tasks/get': {} },
})

async function outcome(parts: RequestParts): Promise<string> {
  const answer = await scene.guard.check(await scene.request(parts))
  return answer instanceof Response ? ((await answer.json()) as { code: string }).code : 'allowed'
}
const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`
const readNotes = toolCall('read_notes')
const readResource = (uri: string) => rpc('resources/read', { uri })

describe('MCP 2026-07-28, Streamable HTTP: Mcp-Method and Mcp-Name', () => {
  it.each<[string, string, Record<string, string>]>([
    ['are not there', readNotes, {}],
    ['name method and tool', readNotes, { 'mcp-method': 'tools/call', 'mcp-name': 'read_notes' }],
    ['name the method alone', readNotes, { 'mcp-method': 'tools/call' }],
    ['name the tool alone', readNotes, { 'mcp-name': 'read_notes' }],
    ['name the tool in Base64', readNotes, { 'mcp-name': base64('read_notes') }],
    ['name the prompt', rpc('prompts/get', { name: 'summarise_notes' }), { 'mcp-name': 'summarise_notes' }],
    ['name the resource', readResource('notes:///1'), { 'mcp-name': 'notes:///1' }],
    ['name the resource in Base64', readResource('notes:///é'), { 'mcp-name': base64('notes:///é') }],
    ['name the task', rpc('tasks/get', { taskId: 'task-1' }), { 'mcp-name': 'task-1' }],
    ['name a method without a name', rpc('resources/list'), { 'mcp-method': 'resources/list' }],
    [
      'name a notification',
      '{"jsonrpc":"2.0","method":"notifications/cancelled"}',
      { 'mcp-method': 'notifications/cancelled' },
    ],
  ])('pass when they %s', async (_name, body, headers) => {
    expect(await outcome({ body, headers })).toBe('allowed')
  })

  it.each<[string, string, Record<string, string>]>([
    ['another method', readNotes, { 'mcp-method': 'tools/list' }],
    ['the method in another case', readNotes, { 'mcp-method': 'Tools/Call' }],
    ['the method in Base64', readNotes, { 'mcp-method': base64('tools/call') }],
    ['another tool', readNotes, { 'mcp-method': 'tools/call', 'mcp-name': 'write_note' }],
    ['another tool in Base64', readNotes, { 'mcp-name': base64('write_note') }],
    ['the tool in an encoding that nobody can read', readNotes, { 'mcp-name': '=?base64?A?=' }],
    ['the tool after a byte order mark', readNotes, { 'mcp-name': base64('\ufeffread_notes') }],
    ['no UTF-8', readResource('notes:///\ufffd'), { 'mcp-name': '=?base64?bm90ZXM6Ly8v/w==?=' }],
    ['two tools', readNotes, { 'mcp-name': 'read_notes, write_note' }],
    ['nothing', readNotes, { 'mcp-name': '' }],
    [
      'the name of a call that names a resource',
      rpc('resources/read', { uri: 'notes:///2', name: 'x' }),
      { 'mcp-name': 'x' },
    ],
    ['the URI of a call that names a tool', rpc('tools/call', { name: 'read_notes', uri: 'x' }), { 'mcp-name': 'x' }],
    ['a name where the method has none', rpc('resources/list', { name: 'x' }), { 'mcp-name': 'x' }],
    ['an unreadable name where the method has none', rpc('resources/list'), { 'mcp-name': '=?base64?A?=' }],
    ['a number', rpc('tools/call', { name: 7 }), { 'mcp-name': '7' }],
    ['the first of a batch', `[${readNotes},${toolCall('sign_note')}]`, { 'mcp-method': 'tools/call' }],
    ['the method of a response', '{"jsonrpc":"2.0","id":1,"result":{}}', { 'mcp-method': 'tools/call' }],
  ])('are refused when they name %s', async (_name, body, headers) => {
    expect(await outcome({ body, headers })).toBe('header_mismatch')
  })

  it('are refused where there is no body to match', async () => {
    expect(await outcome({ method: 'GET', headers: { 'mcp-method': 'tools/call' } })).toBe('header_mismatch')
  })
})
