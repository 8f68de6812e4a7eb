import { describe, expect, it } from 'vitest'
import { parseScope } from './scope.ts'

describe('scope (RFC 6749 §3.3)', () => {
  it.each([
    ['notes:read', ['notes:read']],
    ['notes:read notes:write', ['notes:read', 'notes:write']],
    ['b a b', ['b', 'a']],
    ['!', ['!']],
    ["https://a.example/x#[]^_`{|}~'()*", ["https://a.example/x#[]^_`{|}~'()*"]],
  ])('%j is a list of tokens', (value, tokens) => {
    expect(parseScope(value)).toEqual(tokens)
  })

  it.each([
    '',
    ' ',
    ' a',
    'a ',
    'a  b',
    'a\tb',
    'a"b',
    'a\\b',
    'é',
    'a\n',
    'a,b\0',
    'a '.repeat(3000),
    1,
    null,
    undefined,
    ['a'],
    { a: 1 },
  ])('%j is none', (value) => {
    expect(parseScope(value)).toBeUndefined()
  })
})
