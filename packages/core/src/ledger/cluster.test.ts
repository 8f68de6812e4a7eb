import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createMemoryLedger } from './memory-ledger.ts'

const module = new URL('./memory-ledger.ts', import.meta.url).href
const program = `
import cluster from 'node:cluster'
import { createMemoryLedger } from '${module}'
if (cluster.isPrimary) {
  createMemoryLedger()
  console.log('primary: made')
  cluster.fork()
} else {
  try { createMemoryLedger(); console.log('worker: made') } catch (error) { console.log('worker:', error.message) }
  cluster.worker.disconnect()
}
`

describe('a memory ledger under node:cluster', () => {
  it('is refused to the workers, each of which would accept the same proof once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-cluster-'))
    try {
      const file = join(folder, 'program.mjs')
      await writeFile(file, program)
      const { stdout } = await promisify(execFile)(process.execPath, [file])
      expect(stdout).toContain('primary: made')
      expect(stdout).toMatch(/worker: A memory ledger cannot serve a cluster.*durable ledger/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('is refused where the environment alone tells', () => {
    process.env.NODE_UNIQUE_ID = '1'
    try {
      expect(() => createMemoryLedger()).toThrow(/cannot serve a cluster/)
    } finally {
      delete process.env.NODE_UNIQUE_ID
    }
  })
})
