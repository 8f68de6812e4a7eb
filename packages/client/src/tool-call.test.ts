import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMcpCall } from './tool-call.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('JSON-RPC 2.0 §4: the call that a person is shown is the call that is made', () => {
  it('reads tool and arguments, alone or as the only message of a batch', () => {
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'delete_note', arguments: { note_id: 42 } },
    }
    const shown = { method: 'tools/call', tool: 'delete_note', arguments: { note_id: 42 } }
    expect(readMcpCall(bytes(JSON.stringify(call)))).toEqual(shown)
    expect(readMcpCall(bytes(JSON.stringify([call])))).toEqual(shown)
  })

  it('reads the method of other calls', () => {
    expect(readMcpCall(bytes('{"method":"resources/read","params":{"uri":"notes:///1"}}'))).toEqual({
      method: 'resources/read',
    })
  })

  it.each([
    ['no JSON', 'x'],
    ['nothing', ''],
    ['a byte order mark', '\ufeff{"method":"tools/call","params":{"name":"a"}}'],
    ['a duplicate member', '{"method":"tools/call","params":{"name":"a","name":"b"}}'],
    ['a duplicate member, escaped', '{"method":"tools/call","params":{"name":"a","n\\u0061me":"b"}}'],
    ['a number that parsers disagree on', '{"method":"tools/call","params":{"name":"a","arguments":{"id":1e400}}}'],
    ['a tool without a name', '{"method":"tools/call","params":{}}'],
    ['a method that is no text', '{"method":1}'],
    ['several messages', '[{"method":"ping"},{"method":"ping"}]'],
    ['an empty batch', '[]'],
  ])('shows nothing for a body with %s', (_name, body) => {
    expect(readMcpCall(bytes(body))).toBeUndefined()
  })

  it('shows nothing for invalid UTF-8', () => {
    expect(readMcpCall(new Uint8Array([0x22, 0xff, 0x22]))).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void readMcpCall(bytes(text))))
    fc.assert(fc.property(fc.uint8Array(), (octets) => void readMcpCall(octets)))
  })
})
