import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseUnusable } from '@countersign/ledgers/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createNotes } from './notes-store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notes-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the notes store', () => {
  it('yields the newest notes first, page by page', () => {
    const notes = createNotes({ path: join(folder, 'notes.db'), clock: () => 0 })
    for (const text of ['one', 'two', 'three']) notes.write(text)
    expect(notes.list(2).map((note) => note.text)).toEqual(['three', 'two'])
    expect(notes.list(2, 2)).toEqual([{ id: 1, text: 'one', written: '1970-01-01T00:00:00.000Z' }])
    notes.close()
  })

  it('keeps notes across a restart, and never gives an id twice', () => {
    const path = join(folder, 'notes.db')
    const before = createNotes({ path })
    before.write('first')
    before.write('second')
    expect(before.delete(2)).toBe(true)
    expect(before.delete(2)).toBe(false)
    before.close()
    const after = createNotes({ path })
    expect(after.read(1)?.text).toBe('first')
    expect(after.read(2)).toBeUndefined()
    expect(after.write('third')?.id).toBe(3)
    after.close()
  })

  it('refuses a file that is not a notes file and leaves it as it was', () => {
    const path = join(folder, 'notes.db')
    writeFileSync(path, 'dear diary')
    expect(() => createNotes({ path })).toThrow(DatabaseUnusable)
    expect(readFileSync(path, 'utf8')).toBe('dear diary')
  })
})
