import { describe, expect, it } from 'vitest'
import { columns } from '../matrix/column.ts'
import { listWeaknesses, nameWeaknesses, readWeaknesses, takeOut } from './weaknesses.ts'

const listed = listWeaknesses().flatMap(({ weaknesses }) => weaknesses)

describe('what can be taken out', () => {
  it('is everything that the matrix takes out, each once', () => {
    expect(listed.map(({ id }) => id).sort()).toEqual(columns.map(({ id }) => id).sort())
  })

  it('has words, and none has those of another', () => {
    const words = listed.map((weakness) => weakness.words)
    expect(words.filter((each) => /_/.test(each))).toEqual([])
    expect(new Set(words).size).toBe(words.length)
  })

  it('is known by its id, and nothing else is', () => {
    expect(readWeaknesses(['guard:audience'])?.map(({ name }) => name)).toEqual(['audience'])
    expect(readWeaknesses(['attestation:audience'])).toBeUndefined()
    expect(readWeaknesses(['guard:audience', '__proto__'])).toBeUndefined()
  })

  it('adds up', () => {
    const ids = ['guard:scope', 'guard:audience', 'attestation:no_expiry', 'authorization:pkce_optional']
    const variant = {
      title: '',
      weakened: {},
      run: () => Promise.reject(new Error()),
      stoppedBy: 'invalid_token',
      status: 401,
    } as const
    expect([...nameWeaknesses(takeOut(variant, readWeaknesses(ids) ?? []))].sort()).toEqual(ids.sort())
    expect(nameWeaknesses(takeOut(variant, []))).toEqual([])
  })
})
