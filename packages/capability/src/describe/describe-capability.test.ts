import { describe, expect, it } from 'vitest'
import type { Constraint } from '../constraint.ts'
import { makeCapability, makeRequest, NOW } from '../testing/capability.test-fixture.ts'
import { describeCapability } from './describe-capability.ts'

const textOf = (constraint: Constraint) =>
  /with (.*), once/.exec(describeCapability(makeRequest({ arguments: { '/a': constraint } })).text)?.[1]
const marksOf = (text: string) => describeCapability(makeRequest({ arguments: { '/a': { equals: text } } })).marks

describe('what a person reads', () => {
  it('is what was asked for', () => {
    expect(describeCapability(makeRequest()).text).toBe('delete_note with note_id 42, once, within 60 seconds')
  })

  it('is what was granted', () => {
    const at = new Date(NOW * 1000).toISOString().slice(0, 10)
    const granted = makeCapability({ uses: 3, not_before: NOW })
    expect(describeCapability(granted).text).toBe(
      `delete_note with note_id 42, 3 times, from ${at} 08:00:00 UTC until ${at} 08:01:00 UTC`,
    )
    expect(describeCapability(makeCapability()).text).toContain(`, once, until ${at} 08:01:00 UTC`)
    expect(describeCapability(makeRequest({ not_before: NOW })).text).toContain(
      `once, from ${at} 08:00:00 UTC on, within 60 seconds`,
    )
  })

  it('names the server beside it', () => {
    expect(describeCapability(makeRequest()).resource.text).toBe('https://notes.example/mcp')
  })

  it('names every argument', () => {
    const many = makeRequest({
      arguments: { '/note_id': { equals: 42 }, '/filter/owner': { prefix: 'x' }, '/a~1b': { equals: null } },
    })
    expect(describeCapability(many).text).toBe(
      'delete_note with note_id 42 and filter/owner beginning with "x" and "a~1b" null, once, within 60 seconds',
    )
    expect(describeCapability(makeRequest({ arguments: {} })).text).toBe('delete_note, once, within 60 seconds')
  })

  it.each<[Constraint, string]>([
    [{ equals: '42' }, 'a "42"'],
    [{ equals: { b: [1] } }, 'a {"b":[1]}'],
    [{ one_of: [1, 'x'] }, 'a one of 1, "x"'],
    [{ prefix: 'x' }, 'a beginning with "x"'],
    [{ pattern: '\\d+' }, 'a matching the pattern "\\\\d+"'],
    [{ range: { min: 1, max: 2 } }, 'a from 1 to 2'],
    [{ range: { min: 1, integer: true } }, 'a a whole number of at least 1'],
    [{ range: { max: 2, integer: false } }, 'a of at most 2'],
    [{ subset_of: [1, 2] }, 'a a list of nothing but 1, 2'],
    [{ within_path: '/home' }, 'a at or below "/home"'],
    [{ url_host: ['a.example', 'b.example'] }, 'a an https address on "a.example", "b.example"'],
  ])('says of %j: %s', (constraint, text) => {
    expect(textOf(constraint)).toBe(text)
  })

  it('is in pieces, of which a page can tell who says them', () => {
    const { parts } = describeCapability(makeRequest({ arguments: { '/a': { equals: ', once, <b>' } } }))
    expect(parts.filter(({ kind }) => kind === 'said').map(({ text }) => text)).toEqual([
      'delete_note',
      'a',
      '", once, <b>"',
    ])
    expect(parts.filter(({ kind }) => kind === 'words').map(({ text }) => text)).toEqual([
      ...[' with ', ' ', ', ', 'once', ', ', 'within ', '60', ' seconds'],
    ])
  })

  it('can be in other words, with nothing that was said taken for one of them', () => {
    const words = { sentence: '{time}: {tool}, {arguments} ({uses})', within: 'binnen {count} s', once: 'einmal' }
    const request = makeRequest({ arguments: { '/a': { equals: '{tool}{uses}' } } })
    expect(describeCapability(request, { words }).text).toBe('binnen 60 s: delete_note, a "{tool}{uses}" (einmal)')
  })

  it('is never cut short', () => {
    const text = 'x'.repeat(5000)
    expect(describeCapability(makeRequest({ arguments: { '/a': { equals: text } } })).text).toContain(text)
  })
})

describe('characters that deceive are written out and marked', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['one that turns the direction', 'a\u202etxt.exe', '"a\\u202etxt.exe"', ['bidi']],
    ['an isolate', 'a\u2066b', '"a\\u2066b"', ['bidi']],
    ['a line break', 'a\nb', '"a\\nb"', ['control']],
    ['an end', 'a\0b', '"a\\u0000b"', ['control']],
    ['a control character that JSON leaves', 'a\u0085b', '"a\\u0085b"', ['control']],
    ['a line separator', 'a\u2028b', '"a\\u2028b"', ['control']],
    ['no width', 'ad\u200bmin', '"ad\\u200bmin"', ['invisible']],
    ['a blank that is none', 'a\u00a0b', '"a\\u00a0b"', ['invisible']],
    ['an empty letter', 'a\u3164', '"a\\u3164"', ['invisible']],
    ['a tag', 'a\u{e0041}', '"a\\udb40\\udc41"', ['invisible']],
    ['a private one', 'a\ue000', '"a\\ue000"', ['invisible']],
    ['two alphabets in one word', 'pаypal', '"pаypal"', ['mixed_scripts']],
    ['other letters that pass for Latin ones', 'расе', '"расе"', ['look_alike']],
    ['wide letters', 'ａdmin', '"ａdmin"', ['look_alike']],
    ['mathematical letters', '𝐚dmin', '"𝐚dmin"', ['look_alike']],
    ['another normal form', 'cafe\u0301', '"cafe\u0301"', ['not_normal']],
    ['an escape that is only text', 'a\\u202eb', '"a\\\\u202eb"', []],
    ['nothing: a blank', 'two words', '"two words"', []],
    ['nothing: words of two languages', 'hello привет', '"hello привет"', []],
    ['nothing: accents', 'café naïve Straße', '"café naïve Straße"', []],
    ['nothing: other writing', '日本語のノート', '"日本語のノート"', []],
  ])('%s', (_name, text, shown, marks) => {
    expect(textOf({ equals: text })).toBe(`a ${shown}`)
    expect(marksOf(text)).toEqual(marks)
  })

  it('in the name of the tool, of an argument and of a member too', () => {
    const described = describeCapability(
      makeRequest({ tool: 'read\u202enote', arguments: { '/а\u200b': { equals: { '\u00ad': 1 } } } }),
    )
    expect(described.text).toBe('"read\\u202enote" with "а\\u200b" {"\\u00ad":1}, once, within 60 seconds')
    expect(described.marks).toEqual(['bidi', 'invisible', 'look_alike'])
    expect(described.parts.find(({ marks }) => marks.includes('bidi'))?.text).toBe('"read\\u202enote"')
  })
})
