import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checks } from '@countersign/lab/audit'
import { describe, expect, it } from 'vitest'

describe('docs/audit.md', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'audit.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` \| `(\w+)` \| (\w+) \| (.*?) \| \[.*?\]\((.*)\) \|$/gm)]

  it('names every weakness that is looked for, and none left over', () => {
    const looked = checks.flatMap(({ name, weaknesses }) =>
      weaknesses.map(({ id, severity, title, spec }) => [name, id, severity, title, spec.link]),
    )
    expect(looked.length).toBeGreaterThan(60)
    expect(rows.map((row) => row.slice(1))).toEqual(looked)
  })
})
