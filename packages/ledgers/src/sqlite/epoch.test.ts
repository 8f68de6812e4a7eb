import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Spend } from '@countersign/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseUnusable } from './database-unusable.ts'
import { EpochEnded, openEpoch } from './epoch.ts'
import { createSqliteLedger } from './sqlite-ledger.ts'

let folder: string
let path: string
let now: number
const clock = () => now
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'epoch-'))
  path = join(folder, 'ledger.db')
  now = 1_000_000
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const code = (key: string, issued = now): Spend => ({ kind: 'code', key, limit: 1, issued, until: now + 60 })
const mark = () => readFileSync(`${path}.epoch`, 'latin1')

/** One run of a process: opens the ledger, spends, closes. */
async function spendIn(...spends: readonly Spend[]): Promise<readonly boolean[]> {
  const ledger = createSqliteLedger({ path }, clock)
  const outcomes: boolean[] = []
  for (const spend of spends) outcomes.push((await ledger.spend([spend])).spent)
  ledger.close()
  return outcomes
}

/** What a restart does with a database and its marker. */
function reopen(): { isNew: boolean; notBefore: number } {
  const database = new DatabaseSync(path)
  const before = database.prepare('SELECT id FROM epoch').get()?.id
  const epoch = openEpoch({ database, path, clock })
  epoch.close()
  database.close()
  return { isNew: epoch.id !== before, notBefore: epoch.notBefore }
}

describe('the epoch of a database', () => {
  it('begins with it, refuses nothing, and goes on across restarts', async () => {
    expect(await spendIn(code('a', 1))).toEqual([true])
    expect(reopen()).toEqual({ isNew: false, notBefore: 0 })
    expect(await spendIn(code('a', 1), code('b', 1))).toEqual([false, true])
    expect(reopen()).toEqual({ isNew: false, notBefore: 0 })
  })

  it('is marked beside the database, for its owner alone, and never ahead of it', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    const first = mark()
    expect(first).toMatch(/^[\w-]{22} 0{16}\n$/)
    await ledger.spend([code('a')])
    expect(mark()).toBe(first.replace(/0\n$/, '1\n'))
    await ledger.spend([code('b')])
    expect(mark()).toBe(first.replace(/0\n$/, '1\n'))
    now += 1
    await ledger.spend([code('c')])
    expect(mark()).toBe(first.replace(/0\n$/, '3\n'))
    await ledger.spend([code('d')])
    ledger.close()
    expect(mark()).toBe(first.replace(/0\n$/, '4\n'))
    expect(statSync(`${path}.epoch`).mode & 0o777).toBe(0o600)
  })

  it('counts only what changed something', async () => {
    await spendIn(code('a'), code('a'), code('a'))
    expect(mark()).toMatch(/ 0{15}1\n$/)
  })

  it('goes on after a crash, whatever the last mark was', async () => {
    const crashed = createSqliteLedger({ path }, clock)
    for (const key of ['a', 'b', 'c']) await crashed.spend([code(key)])
    expect(reopen()).toEqual({ isNew: false, notBefore: 0 })
    crashed.close()
  })

  it('goes on when a first start was cut off before or after its mark', () => {
    writeFileSync(`${path}.epoch`, '')
    const database = new DatabaseSync(path)
    expect(openEpoch({ database, path, clock }).notBefore).toBe(0)
    database.exec('DELETE FROM epoch')
    expect(openEpoch({ database, path, clock }).notBefore).toBe(0)
    database.close()
  })

  it('is one for two processes that start at once', () => {
    const [one, other] = [new DatabaseSync(path), new DatabaseSync(path)]
    const epochs = [one, other].map((database) => openEpoch({ database, path, clock }))
    expect(epochs[0]?.id).toBe(epochs[1]?.id)
    expect(reopen().isNew).toBe(false)
    one.close()
    other.close()
  })
})

describe('a database behind a link', () => {
  it('is marked beside the file itself, whose log is synced', async () => {
    const file = join(folder, 'elsewhere.db')
    createSqliteLedger({ path: file }, clock).close()
    symlinkSync(file, path)
    expect(await spendIn(code('a'), code('a'))).toEqual([true, false])
    expect(readFileSync(`${file}.epoch`, 'latin1')).toMatch(/ 0{15}1\n$/)
    expect(existsSync(`${path}.epoch`)).toBe(false)
  })
})

describe('a new epoch', () => {
  const cases: readonly [string, () => void | Promise<void>][] = [
    [
      'an older copy was put in its place',
      async () => {
        copyFileSync(path, `${path}.copy`)
        await spendIn(code('later'))
        rmSync(`${path}-wal`, { force: true })
        renameSync(`${path}.copy`, path)
      },
    ],
    ['the copy of another database was put in its place', () => replaceByAnother()],
    ['it was deleted, and its marker was not', () => rmSync(path)],
    ['its marker was deleted, by hand', () => rmSync(`${path}.epoch`)],
    ['its marker was damaged', () => writeFileSync(`${path}.epoch`, 'x')],
    ['its marker was cut short', () => writeFileSync(`${path}.epoch`, mark().slice(0, -1))],
    ['its marker was made longer', () => writeFileSync(`${path}.epoch`, `${mark()}0`)],
    ['its record was deleted', () => emptyTable()],
  ]

  it.each(cases)('begins when %s, and refuses for good what was issued before', async (_case, disturb) => {
    await spendIn(code('used'))
    await disturb()
    const issued = now
    now += 1
    const begun = now
    expect(await spendIn(code('used', issued), code('other', issued), code('ahead', begun + 4))).toEqual([
      false,
      false,
      false,
    ])
    now += 3600
    expect(await spendIn(code('used', issued), code('new', begun + 5), code('newer', now))).toEqual([false, true, true])
    expect(reopen()).toEqual({ isNew: false, notBefore: begun + 5 })
  })

  it('refuses what does not say when it was issued until everything from before has run out', async () => {
    await spendIn(code('used'))
    rmSync(`${path}.epoch`)
    const proof = (key: string): Spend => ({ kind: 'proof', key, limit: 1, until: now + 70 })
    expect(await spendIn(proof('a'))).toEqual([false])
    now += 600
    expect(await spendIn(proof('a'))).toEqual([true])
  })

  it('tells its owner, in the transaction that begins it', () => {
    const database = new DatabaseSync(path)
    openEpoch({ database, path, clock }).close()
    rmSync(`${path}.epoch`)
    const fail = () => {
      database.exec('CREATE TABLE told (a)')
      throw new Error('owner fails')
    }
    expect(() => openEpoch({ database, path, clock, onMemoryLost: fail })).toThrow('owner fails')
    const told: number[] = []
    openEpoch({ database, path, clock, onMemoryLost: ({ notBefore }) => told.push(notBefore) }).close()
    openEpoch({ database, path, clock, onMemoryLost: ({ notBefore }) => told.push(notBefore) }).close()
    expect(told).toEqual([now + 5])
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'told'").get()).toBeUndefined()
    database.close()
  })

  async function replaceByAnother(): Promise<void> {
    const mine = path
    path = join(folder, 'another.db')
    await spendIn(code('a'), code('b'))
    renameSync(path, mine)
    path = mine
  }

  function emptyTable(): void {
    const database = new DatabaseSync(path)
    database.exec('DELETE FROM epoch')
    database.close()
  }
})

describe('a database that is taken away while it is used', () => {
  it('spends nothing more once its record is gone or another', async () => {
    for (const change of ['DELETE FROM epoch', "UPDATE epoch SET id = 'another'"]) {
      const ledger = createSqliteLedger({ path }, clock)
      const other = new DatabaseSync(path)
      other.exec(change)
      other.close()
      await expect(ledger.spend([code('a')])).rejects.toThrow(EpochEnded)
      await expect(ledger.spend([code('b')])).rejects.toThrow(EpochEnded)
      ledger.close()
    }
  })

  it('spends nothing more once another file stands in its place, as soon as it looks', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    await ledger.spend([code('a')])
    renameSync(path, `${path}.moved`)
    now += 1
    await expect(ledger.spend([code('b')])).rejects.toThrow(EpochEnded)
    ledger.close()
    expect(existsSync(path)).toBe(false)
    expect(mark()).toMatch(/ 0{15}1\n$/)
  })

  it('cannot be opened where it is not, or without its marker', () => {
    mkdirSync(`${path}.epoch`)
    expect(() => createSqliteLedger({ path }, clock)).toThrow(DatabaseUnusable)

    const database = new DatabaseSync(path)
    expect(() => openEpoch({ database, path: join(folder, 'none', 'ledger.db'), clock })).toThrow(DatabaseUnusable)
    database.close()
  })
})

describe('a transaction of the epoch', () => {
  it('is undone whole when its work throws', async () => {
    const database = new DatabaseSync(path)
    const epoch = openEpoch({ database, path, clock })
    database.exec('CREATE TABLE t (a)')
    const failing = () => {
      database.exec('INSERT INTO t VALUES (1)')
      throw new Error('no')
    }
    expect(() => epoch.transact(failing)).toThrow('no')
    expect(database.prepare('SELECT count(*) AS n FROM t').get()?.n).toBe(0)
    expect(epoch.transact(() => database.prepare('INSERT INTO t VALUES (1)').run().changes)).toBe(1)
    epoch.close()
    database.close()
  })

  it('is shared by the calls of one turn, each whole or not at all', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    const outcomes = await Promise.all([
      ledger.spend([code('a')]),
      ledger.spend([code('b'), code('a')]),
      ledger.spend([code('b'), code('c')]),
      ledger.spend([code('c')]),
      ledger.spend([code('d'), code('d')]),
      ledger.spend([code('d')]),
    ])
    expect(outcomes.map(({ spent }) => spent)).toEqual([true, false, true, false, false, true])
    expect(mark()).toMatch(/ 0{15}1\n$/)
    ledger.close()
  })

  it('is made by closing for the calls that still wait', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    const waiting = ledger.spend([code('a')])
    ledger.close()
    expect(await waiting).toEqual({ spent: true })
  })
})
