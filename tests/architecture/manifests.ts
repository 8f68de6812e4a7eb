/** The package.json files of the workspace. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './source-files.ts'

type Versions = Readonly<Record<string, string>>

/** What the tests read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly imports?: Readonly<Record<string, unknown>>
  readonly bin?: Versions
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly optionalDependencies?: Versions
  readonly peerDependencies?: Versions
}

/** A package of ours: its folder under `packages/`, and what its manifest says. */
export interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
}

/** The manifest of the workspace itself. */
export const rootManifest = readManifest('package.json')

/** All packages of the workspace. */
export const packages: readonly Package[] = readdirSync(join(root, 'packages')).map((folder) => ({
  folder,
  manifest: readManifest(`packages/${folder}/package.json`),
}))
