import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeSearch, search } from './search.ts'

const model = join(import.meta.dirname, 'single-use.pml')
const LIMIT = { timeout: 300_000 }

describe('the same, with one rule taken out, is accepted twice', () => {
  it.each([
    ['NO_EPOCH', 'spends do not look at the epoch', 2, 'loses its memory'],
    ['NO_NONCE_RULE', 'a process falls back on its own memory', 2, 'accepts it'],
    ['ROAMING_NONCE', 'an owner’s nonce is good at every process', 2, 'with a nonce of process'],
    ['NO_CLOCK_CHECK', 'clocks of store and process are not compared', 2, 'forgets it'],
    ['NO_FAILOVER_MARGIN', 'an old master gets no time to end', 2, 'is made master'],
    ['BLIND_SETTLE', 'an epoch is settled by a wrong clock', 0, 'falls behind'],
    ['RUN_ID_ALONE', 'a server that was a replica meanwhile is taken for the same', 2, 'is a replica'],
    ['UNSEEN_CLOCK', 'the store’s clock goes back unseen', 0, 'is put right'],
    ['NO_LEASE', 'a master that stood still is asked as before', 2, 'goes on after it stood still'],
  ])('%s: %s', LIMIT, async (rule, what, breaks, part) => {
    const found = await search(model, { defines: [rule, `BREAKS=${breaks}`], until: 'shortest' })
    console.log(`${what} (${describeSearch(found)})\n${found.story.map((line) => `  ${line}`).join('\n')}`)
    expect(found.errors).toBe(1)
    expect(found.story.filter((line) => line.endsWith('accepts it'))).toHaveLength(2)
    expect(found.story.join('\n')).toContain(part)
  })
})
