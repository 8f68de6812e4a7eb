import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseUnusable } from './database-unusable.ts'
import { type DatabaseSchema, openDatabase } from './open-database.ts'

const schema: DatabaseSchema = {
  name: 'test store',
  applicationId: 0x43535453,
  migrations: ['CREATE TABLE things (name TEXT PRIMARY KEY, note TEXT) STRICT'],
}

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-database-'))
  path = join(folder, 'store.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function fillDatabase(rows: number): void {
  const database = openDatabase(path, schema)
  const insert = database.prepare('INSERT INTO things VALUES (?, ?)')
  for (let row = 0; row < rows; row++) insert.run(`thing ${row}`, 'x'.repeat(200))
  database.close()
}

function faultOf(open: () => unknown): DatabaseUnusable {
  try {
    open()
  } catch (error) {
    if (error instanceof DatabaseUnusable) return error
    throw error
  }
  throw new Error('it opened')
}

describe('a new database', () => {
  it('is readable by its owner alone, journals ahead and syncs fully', () => {
    const database = openDatabase(path, schema)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
    database.close()
  })

  it('keeps what was written, and runs only the migrations it lacks', () => {
    fillDatabase(3)
    const grown = { ...schema, migrations: [...schema.migrations, 'ALTER TABLE things ADD COLUMN more TEXT'] }
    const database = openDatabase(path, grown)
    expect(database.prepare('SELECT count(*) AS n, count(more) AS more FROM things').get()).toEqual({ n: 3, more: 0 })
    database.close()
  })

  it('is ours in its main file already when a process dies before the first checkpoint', () => {
    const database = openDatabase(path, schema)
    database.exec("INSERT INTO things VALUES ('a', 'b')")
    writeFileSync(join(folder, 'crashed.db'), readFileSync(path))
    writeFileSync(join(folder, 'crashed.db-wal'), readFileSync(`${path}-wal`))
    database.close()
    const recovered = openDatabase(join(folder, 'crashed.db'), schema)
    expect(recovered.prepare('SELECT note FROM things').get()).toEqual({ note: 'b' })
    recovered.close()
  })

  it.each(['', ':memory:'])('is no database without a file: %j', (name) => {
    expect(() => openDatabase(name, schema)).toThrow(TypeError)
  })

  it('names the folder that is not there as the cause', () => {
    const error = faultOf(() => openDatabase(join(folder, 'missing', 'store.db'), schema))
    expect(error.fault).toBe('unreachable')
    expect(error.message).toContain('folder exists')
  })
})

describe('a file that must not be touched', () => {
  function expectUntouched(fault: string): void {
    const before = readFileSync(path)
    const files = readdirSync(folder)
    const error = faultOf(() => openDatabase(path, schema))
    expect(error.fault).toBe(fault)
    expect(error.message).toContain(path)
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(files)
  }

  it('is refused when its pages are damaged', () => {
    fillDatabase(400)
    const bytes = readFileSync(path)
    bytes.fill(0xa5, 4096, 4096 * 6)
    writeFileSync(path, bytes)
    expectUntouched('damaged')
  })

  it('is refused when it was cut short', () => {
    fillDatabase(400)
    writeFileSync(path, readFileSync(path).subarray(0, 4096 * 3))
    expectUntouched('damaged')
  })

  it('is refused when it is something else', () => {
    writeFileSync(path, 'notes of a user, not a database')
    expectUntouched('foreign')
  })

  it('is refused when it is the database of another program', () => {
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    expectUntouched('foreign')
  })

  it('is refused when it is a Countersign database of another kind', () => {
    openDatabase(path, { ...schema, applicationId: 0x43535454 }).close()
    expectUntouched('foreign')
  })

  it('is refused when a newer release wrote it', () => {
    openDatabase(path, { ...schema, migrations: [...schema.migrations, 'CREATE TABLE newer (x)'] }).close()
    expectUntouched('newer_schema')
  })

  it('is refused, with the cure, while another process holds it', async () => {
    fillDatabase(3)
    const holder = spawn(process.execPath, [
      '-e',
      `const d = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)})
       d.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE'); console.log('held'); setInterval(() => {}, 1000)`,
    ])
    try {
      await once(holder.stdout, 'data')
      const before = readFileSync(path)
      const error = faultOf(() => openDatabase(path, schema))
      expect(error.fault).toBe('locked')
      expect(error.message).toContain('Stop that process')
      expect(readFileSync(path).equals(before)).toBe(true)
    } finally {
      holder.kill('SIGKILL')
      await once(holder, 'exit')
    }
  })
})
