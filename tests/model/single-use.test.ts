import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeSearch, search } from './search.ts'

const model = join(import.meta.dirname, 'single-use.pml')
const LIMIT = { timeout: 300_000 }

describe('one credential, two processes, a store that fails over', () => {
  it.each([
    ['clocks are right, within what is allowed', 2],
    ['the clock of the first master goes wrong, and is put right', 0],
    ['the clock of its replica goes wrong, and is put right', 1],
  ])('is never accepted twice, in any order of things, when %s', LIMIT, async (what, breaks) => {
    const found = await search(model, { defines: [`BREAKS=${breaks}`], until: 'every' })
    console.log(`${what}: ${describeSearch(found)}`)
    expect(found).toMatchObject({ errors: 0, complete: true, story: [] })
    // One that finds nothing because nothing happens would find nothing, too.
    expect(found.states).toBeGreaterThan(1_000_000)
  })
})
