/** The files that docs/operations.md hands out are good for what it says. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../admin/metrics.ts'
import { readConfig } from './config/read-config.ts'
import { createHostMetrics } from './primary/metrics.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const examples = join(root, 'examples', 'serve')
const docs = readFileSync(join(root, 'docs', 'operations.md'), 'utf8')
const environment = {
  COUNTERSIGN_DATABASE: 'postgres://db.example/countersign',
  COUNTERSIGN_LEDGER: 'redis://127.0.0.1',
  COUNTERSIGN_REDIS_PASSWORD: 'word',
  COUNTERSIGN_ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
  FILE: '0123456789abcdef'.repeat(4),
}

describe('examples/serve', () => {
  it.each(readdirSync(examples).filter((name) => name.endsWith('.json')))('%s is a configuration', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-example-'))
    const file = join(folder, name)
    // Files with secrets are on the operator's machine.
    writeFileSync(
      file,
      readFileSync(join(examples, name), 'utf8').replaceAll(/\{ "file": "[^"]*" \}/g, '{"env":"FILE"}'),
    )
    expect(readConfig(file, environment).resources.length).toBe(1)
    rmSync(folder, { recursive: true })
  })

  it('has alarms about metrics that there are', async () => {
    const [host, worker] = [createHostMetrics(), createMetrics()]
    host.follow({ serving: [], wanted: 2 })
    worker.authorization({ type: 'memory_lost' })
    const told = (await host.render()) + (await worker.render())
    const rules = readFileSync(join(examples, 'alerts.yml'), 'utf8')
    const asked = [...rules.matchAll(/countersign_\w+/g)].map(([name]) => name)
    expect(asked.length).toBeGreaterThan(4)
    for (const name of asked) expect(told).toContain(`# TYPE ${name} `)
  })
})

describe('docs/operations.md', () => {
  it('names every member of the configuration', () => {
    const source = readFileSync(join(import.meta.dirname, 'config', 'read-config.ts'), 'utf8')
    const [, shape = ''] = /const config = members\(\{\n(.*?)\n\}\)/s.exec(source) ?? []
    const known = [...shape.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)
    const [, table = ''] = /### The configuration\n(.*?)\n## /s.exec(docs) ?? []
    const described = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect(known.length).toBeGreaterThan(10)
    expect(described.toSorted()).toEqual(known.toSorted())
  })

  it('links to each of the files', () => {
    const missing = readdirSync(examples).filter(
      (name) => name !== 'try.json' && !docs.includes(`examples/serve/${name})`),
    )
    expect(missing).toEqual([])
  })
})
