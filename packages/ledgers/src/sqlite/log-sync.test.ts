import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLogSync } from './log-sync.ts'

let folder: string
let database: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-sync-'))
  database = join(folder, 'as.db')
  writeFileSync(`${database}-wal`, 'frames')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the sync of a write-ahead log', () => {
  it('serves whoever asks, many at once with few syncs', async () => {
    const log = openLogSync(database)
    const promises = Array.from({ length: 100 }, () => log.synced())
    expect(new Set(promises).size).toBe(3)
    await Promise.all(promises)
    await log.synced()
    log.close()
  })

  it('serves those that still wait when it is closed', async () => {
    const log = openLogSync(database)
    const promises = Array.from({ length: 10 }, () => log.synced())
    log.close()
    await Promise.all(promises)
    await expect(log.synced()).rejects.toThrow()
  })

  it('fails for good once the disk has failed', async () => {
    rmSync(`${database}-wal`)
    // A device that takes no sync.
    symlinkSync('/dev/full', `${database}-wal`)
    const log = openLogSync(database)
    const outcomes = await Promise.allSettled([log.synced(), log.synced(), log.synced()])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await expect(log.synced()).rejects.toThrow('The disk failed')
    log.close()
  })

  it('tells when another file stands in the place of the log', () => {
    const log = openLogSync(database)
    expect(log.logStands()).toBe(true)
    renameSync(`${database}-wal`, `${database}-moved`)
    expect(log.logStands()).toBe(false)
    writeFileSync(`${database}-wal`, 'frames')
    expect(log.logStands()).toBe(false)
    log.close()
  })

  it('cannot be opened where there is none', () => {
    expect(() => openLogSync(join(folder, 'none'))).toThrow('ENOENT')
  })
})
