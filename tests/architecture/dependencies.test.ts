import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Manifest, packages, rootManifest } from './manifests.ts'
import { root } from './source-files.ts'

interface Line {
  readonly name: string
  readonly version: string
  readonly where: readonly string[]
  readonly why: string
}

/** The rows of the tables in DEPENDENCIES.md: name, version, where, why. */
function readLines(): readonly Line[] {
  const rows = readFileSync(join(root, 'DEPENDENCIES.md'), 'utf8').split('\n')
  return rows.flatMap((row) => {
    const [, name = '', version = '', where = '', why = ''] = row.split('|').map((cell) => cell.trim())
    if (name === '' || name === 'name' || /^-+$/.test(name)) return []
    return [{ name: name.replaceAll('`', ''), version, where: where.split(', '), why }]
  })
}

const ours = new Set(packages.map(({ manifest }) => manifest.name))

/** What a manifest asks for from outside the workspace, of whatever kind. */
function readDependencies(manifest: Manifest): readonly (readonly [string, string])[] {
  const kinds = [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.optionalDependencies,
    manifest.peerDependencies,
  ]
  return kinds.flatMap((kind) => Object.entries(kind ?? {})).filter(([name]) => !ours.has(name))
}

const asked = [
  { where: 'workspace', manifest: rootManifest },
  ...packages.map((entry) => ({ where: entry.folder, ...entry })),
].flatMap(({ where, manifest }) => readDependencies(manifest).map(([name, version]) => ({ where, name, version })))

describe('the dependencies', () => {
  it('are pinned to exact versions', () => {
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })

  it('each have one line in DEPENDENCIES.md that says where and why', () => {
    const lines = readLines()
    const wanted = [...new Set(asked.map(({ name }) => name))].sort().map((name) => {
      const uses = asked.filter((use) => use.name === name)
      return {
        name,
        version: [...new Set(uses.map((use) => use.version))].join(' '),
        // An optional peer is a development dependency of the same package, too.
        where: [...new Set(uses.map((use) => use.where))].sort(),
      }
    })
    const written = lines.map(({ name, version, where }) => ({ name, version, where: [...where].sort() }))
    expect(written.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(wanted)
    for (const { name, why } of lines) expect(why.length, name).toBeGreaterThan(10)
  })
})
