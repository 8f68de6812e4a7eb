import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSourceFiles, root } from './source-files.ts'

const docs = readFileSync(join(root, 'docs', 'observability.md'), 'utf8')
const shipped = readSourceFiles().filter(({ path }) => /^packages\/.*\/src\//.test(path) && !path.includes('.test'))

/** The first cells of the table below a heading. */
function readFirstCells(heading: string): readonly string[] {
  const section = docs.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''))
}

describe('docs/observability.md', () => {
  it('names every metric that is made, and none left over', () => {
    const made = shipped.flatMap(({ text }) => [...text.matchAll(/'(countersign\.[a-z_.]+)'/g)].map(([, name]) => name))
    expect(readFirstCells('Metrics').toSorted()).toEqual(made.toSorted())
  })

  it('names every type of log entry that is written, and none left over', () => {
    const { text } = shipped.find(({ path }) => path === 'packages/cli/src/log/entry.ts') ?? { text: '' }
    const rows = [...text.matchAll(/^ {2}(\w+): \{\s+level: /gm)].map(([, type]) => type)
    expect(rows.length).toBeGreaterThan(10)
    expect(readFirstCells('The log of `countersign up`').toSorted()).toEqual(rows.toSorted())
  })
})
