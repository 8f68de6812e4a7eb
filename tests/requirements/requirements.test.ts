import { describe, expect, it } from 'vitest'
import { readSourceFiles, type SourceFile } from '../architecture/source-files.ts'
import { requirements } from './requirements.ts'

/** The ids that the calls of `verifies` in these files name. */
function readVerifiedIds(files: readonly SourceFile[]): ReadonlySet<string> {
  const ids = files.flatMap(({ text }) =>
    [...text.matchAll(/\bverifies\(([^)]*)\)/g)].flatMap((call) => [...(call[1] ?? '').matchAll(/'([^']*)'/g)]),
  )
  return new Set(ids.map((match) => match[1] ?? ''))
}

const tests = readSourceFiles().filter(
  ({ path }) => path.endsWith('.test.ts') && path !== 'tests/requirements/requirements.test.ts',
)
const known: readonly string[] = requirements.map(({ id }) => id)

describe('the requirements list', () => {
  it('names every requirement once, with an https link to its source', () => {
    expect(new Set(known).size).toBe(known.length)
    for (const { id, source, text } of requirements) {
      expect(URL.parse(source)?.protocol, id).toBe('https:')
      expect(text, id).toMatch(/\.$/)
    }
  })

  it('is verified whole: every requirement by at least one test, every named id a requirement', () => {
    expect(tests.length).toBeGreaterThan(0)
    const verified = readVerifiedIds(tests)
    expect([...verified].filter((id) => !known.includes(id))).toEqual([])
    expect(known.filter((id) => !verified.has(id))).toEqual([])
  })

  it('reads the ids off calls that span lines', () => {
    const text = "it(verifies(\n  'A-1',\n  'B-2',\n) + ' refuses', () => {})"
    expect([...readVerifiedIds([{ path: 'a.test.ts', text }])]).toEqual(['A-1', 'B-2'])
  })
})
