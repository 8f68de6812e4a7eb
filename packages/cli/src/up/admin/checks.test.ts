import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DataFolder, locateDataFolder } from '../../data-folder.ts'
import { isClockSane } from './clock-check.ts'
import { areDatabasesSound } from './database-check.ts'

let folder: DataFolder
let notes: DatabaseSync
beforeEach(() => {
  folder = locateDataFolder(mkdtempSync(join(tmpdir(), 'countersign-checks-')))
  const open = (path: string) => {
    const database = new DatabaseSync(path)
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)')
    return database
  }
  open(folder.authorizationDatabase).close()
  open(folder.attestationDatabase).close()
  open(folder.ledgerDatabase).close()
  notes = open(folder.notesDatabase)
})
afterEach(() => {
  notes.close()
  rmSync(folder.path, { recursive: true })
})

describe('the databases', () => {
  it('are sound when they are there and can be written', () => {
    expect(areDatabasesSound(folder)).toBe(true)
  })

  it('are not when one was deleted under us, and none is made in its place', () => {
    rmSync(folder.notesDatabase)
    expect(() => areDatabasesSound(folder)).toThrow('unable to open')
    expect(statSync(folder.notesDatabase, { throwIfNoEntry: false })).toBeUndefined()
  })

  it('are not when one is something else now', () => {
    writeFileSync(folder.authorizationDatabase, 'not a database, but long enough to be read as one')
    expect(() => areDatabasesSound(folder)).toThrow('not a database')
  })

  it('are not while another process keeps one locked', () => {
    notes.exec('BEGIN IMMEDIATE')
    expect(() => areDatabasesSound(folder)).toThrow('locked')
  })
})

describe('the clock', () => {
  const writtenAt = (time: number) => utimesSync(folder.authorizationDatabase, time, time)

  it('is sane when it is not behind the last write to the database', () => {
    writtenAt(1_800_000_000)
    expect(isClockSane(folder, () => 1_800_000_000)).toBe(true)
    expect(isClockSane(folder, () => 1_800_000_000 + 86_400)).toBe(true)
    expect(isClockSane(folder, () => 1_800_000_000 - 4)).toBe(true)
  })

  it('is not when it was set back since', () => {
    writtenAt(1_800_000_000)
    expect(isClockSane(folder, () => 1_800_000_000 - 6)).toBe(false)
  })

  it.each([0, Number.NaN, 1_500_000_000])('is not when it was never set: %d', (now) => {
    writtenAt(0)
    expect(isClockSane(folder, () => now)).toBe(false)
  })
})
