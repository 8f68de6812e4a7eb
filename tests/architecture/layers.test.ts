import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readImports } from './imports.ts'
import { judgeImport, layers } from './layers.ts'
import { packages, rootManifest } from './manifests.ts'
import { readSourceFiles, root } from './source-files.ts'

const sources = readSourceFiles().filter(({ path }) => /^packages\/[^/]+\/(src|bin)\//.test(path))

/** What the rules say of one line of code in a file. */
function judge(path: string, text: string): string | undefined {
  const verdicts = readImports({ path, text }).map((found) => judgeImport(found, packages, rootManifest))
  return verdicts.find((verdict) => verdict !== undefined)
}

describe('the layers', () => {
  it.each(packages.map(({ folder }) => folder))('hold for every import of packages/%s', (folder) => {
    const files = sources.filter(({ path }) => path.startsWith(`packages/${folder}/`))
    expect(files.length, 'no file was read').toBeGreaterThan(0)
    const violations = files.flatMap((file) =>
      readImports(file).flatMap((found) => {
        const verdict = judgeImport(found, packages, rootManifest)
        return verdict === undefined ? [] : [`${file.path}: ${verdict}`]
      }),
    )
    expect(violations).toEqual([])
  })

  it('see the imports of this repository at all', () => {
    expect(sources.flatMap(readImports).length).toBeGreaterThan(sources.length)
  })

  it('give every package a layer', () => {
    expect(packages.map(({ folder }) => folder).filter((folder) => layers[folder] === undefined)).toEqual([])
  })
})

describe('a planted violation is seen', () => {
  it.each([
    ['packages/core/src/a.ts', "import { makeProof } from '@countersign/dpop'"],
    ['packages/core/src/a.ts', "import { readFileSync } from 'node:fs'"],
    ['packages/core/src/a.ts', "import { readFileSync } from 'fs'"],
    ['packages/core/src/node/a.ts', "import * as jose from 'jose'"],
    ['packages/dpop/src/a.ts', "export * from '@countersign/ledgers/sqlite'"],
    ['packages/dpop/src/a.ts', "import { z } from 'zod'"],
    ['packages/client/src/a.ts', "import type { Guard } from '@countersign/resource-server'"],
    ['packages/client/src/a.ts', "type Guard = import('@countersign/resource-server').Guard"],
    ['packages/client/src/a.ts', "export { createGuard } from '@countersign/resource-server'"],
    ['packages/authorization-server/src/a.ts', "const guard = await import('@countersign/resource-server')"],
    ['packages/resource-server/src/a.test.ts', "import { createAgent } from '@countersign/client'"],
    ['packages/resource-server/src/a.ts', "import { createNotes } from '@countersign/notes-server'"],
    ['packages/resource-server/src/a.ts', "const part = await import('@countersign/' + name)"],
    ['packages/resource-server/src/a.ts', "import { clock } from '../../core/src/ports/clock.ts'"],
    ['packages/cli/src/a.ts', "import { clock } from '@countersign/core/src/ports/clock.ts'"],
    ['packages/cli/src/a.ts', "import { createWeakenedGuard } from '@countersign/resource-server/unsafe'"],
    ['packages/cli/src/a.ts', "export * from '@countersign/authorization-server/unsafe'"],
    ['packages/cli/src/a.ts', "import express from 'express'"],
    ['packages/cli/src/a.ts', "import { it } from 'vitest'"],
    ['packages/stranger/src/a.ts', "import { ok } from '@countersign/core'"],
  ])('%s: %s', (path, text) => {
    expect(judge(path, text)).toBeDefined()
  })

  it.each([
    ['packages/dpop/src/a.ts', "import { ok } from '@countersign/core'"],
    ['packages/client/src/a.ts', "import { makeProof } from '@countersign/dpop'"],
    ['packages/core/src/node/a.ts', "import { hash } from 'node:crypto'"],
    ['packages/cli/src/a.ts', "import { createGuard } from '@countersign/resource-server'"],
    ['packages/dpop/src/a.test.ts', "import { it } from 'vitest'"],
    ['packages/dpop/src/a.test.ts', "import { verifies } from '../../../tests/requirements/verifies.ts'"],
  ])('and what is allowed is not: %s: %s', (path, text) => {
    expect(judge(path, text)).toBeUndefined()
  })
})

describe('the entry points', () => {
  it.each(packages.map((entry) => [entry.manifest.name, entry] as const))(
    'of %s exist',
    (_name, { folder, manifest }) => {
      for (const [entry, targets] of Object.entries(manifest.exports ?? {})) {
        const source = targets['@countersign/source'] ?? ''
        expect(source, entry).toMatch(/^\.\/src\/.*\.ts$/)
        expect(existsSync(join(root, 'packages', folder, source)), source).toBe(true)
        const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
        expect(targets).toMatchObject({ types: `${built}.d.ts`, default: `${built}.js` })
      }
      for (const target of Object.values(manifest.bin ?? {})) {
        expect(existsSync(join(root, 'packages', folder, target)), target).toBe(true)
      }
    },
  )
})
