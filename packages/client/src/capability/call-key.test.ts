import { isDeepStrictEqual } from 'node:util'
import type { JsonObject, JsonValue } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callKey } from './call-key.ts'

const json = (text: string): JsonObject => JSON.parse(text)
const key = (args: JsonObject, tool = 'delete_note') => callKey({ tool, arguments: args })

describe('the key of a call', () => {
  it('is one for equal calls, in whatever order members come', () => {
    expect(key(json('{"a":1,"b":{"c":[1,2],"d":null}}'))).toBe(key(json('{"b":{"d":null,"c":[1,2]},"a":1}')))
  })

  it.each([
    ['{"note_id":42}', '{"note_id":"42"}'],
    ['{"note_id":42}', '{"note_id":[42]}'],
    ['{"note_id":42}', '{"note_id":42,"force":true}'],
    ['{"note_id":42}', '{"note_id":42,"force":null}'],
    ['{"note_id":42}', '{"note_id":42,"__proto__":{}}'],
    ['{"a":[1,[2]]}', '{"a":[[1],2]}'],
    ['{"a":"b,\\"c\\":1"}', '{"a":"b","c":1}'],
    ['{"a":{}}', '{"a":[]}'],
  ])('tells %s from %s', (one, other) => {
    expect(key(json(one))).not.toBe(key(json(other)))
  })

  it('tells one tool from another', () => {
    expect(key({}, 'a')).not.toBe(key({}, 'b'))
    expect(key({}, 'a" {}')).not.toBe(key({}, 'a'))
  })

  it('is the same for two calls if they say the same, and only then', () => {
    const leaf = fc.constantFrom<JsonValue>(1, '1', null, true, [], {}, 'a":1')
    const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 2 }), fc.dictionary(names, leaf, { maxKeys: 2 }))
    const members = fc.dictionary(names, value, { maxKeys: 2 })
    let same = 0
    fc.assert(
      fc.property(members, members, (one, other) => {
        const [a, b] = [json(JSON.stringify(one)), json(JSON.stringify(other))]
        expect(key(Object.fromEntries(Object.entries(a).reverse()))).toBe(key(a))
        if (isDeepStrictEqual(a, b)) same += 1
        expect(key(a) === key(b)).toBe(isDeepStrictEqual(a, b))
      }),
      { numRuns: 2000 },
    )
    // The property would hold of a key that is another one each time.
    expect(same).toBeGreaterThan(20)
  })
})

const names = fc.constantFrom('a', 'b', '__proto__')
