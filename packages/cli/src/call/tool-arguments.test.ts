import { describe, expect, it } from 'vitest'
import { parseArguments, parseJsonArguments } from './tool-arguments.ts'

const schema = {
  properties: { note_id: { type: 'integer' }, text: { type: 'string' }, tags: { type: 'array' }, loose: {} },
}

describe('--arg', () => {
  it('types a value by the schema of the tool', () => {
    expect(parseArguments(['note_id=42', 'text=42', 'tags=["a"]'], schema)).toEqual({
      note_id: 42,
      text: '42',
      tags: ['a'],
    })
  })

  it('keeps as text what the schema does not describe, or what does not fit it', () => {
    expect(parseArguments(['loose=1', 'other=1', 'note_id=one'], schema)).toEqual({
      loose: '1',
      other: '1',
      note_id: 'one',
    })
    expect(parseArguments(['constructor=1'], undefined)).toEqual({ constructor: '1' })
  })

  it('takes everything after the first = as the value', () => {
    expect(parseArguments(['text=a=b', 'text2='], schema)).toEqual({ text: 'a=b', text2: '' })
  })

  it.each(['text', '=x', ''])('refuses %j', (pair) => {
    expect(() => parseArguments([pair], schema)).toThrow('name=value')
  })
})

describe('--json-args', () => {
  it('takes an object', () => {
    expect(parseJsonArguments('{"note_id": 1}')).toEqual({ note_id: 1 })
  })

  it.each(['[1]', 'null', '1', '{', ''])('refuses %j', (text) => {
    expect(() => parseJsonArguments(text)).toThrow('JSON object')
  })
})
