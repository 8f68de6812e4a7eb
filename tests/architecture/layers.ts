/** Which package may import what: the layers of the design, as rules over the imports of its sources. */
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import type { Import } from './imports.ts'
import type { Manifest, Package } from './manifests.ts'

/** L0 imports nothing of ours, L1 only L0, L2 only L0 and L1, L3 public entry points of any. */
export const layers: Readonly<Record<string, 0 | 1 | 2 | 3>> = {
  core: 0,
  'store-servers': 0,
  dpop: 1,
  attestation: 1,
  capability: 1,
  friction: 1,
  ledgers: 1,
  'resource-server': 2,
  'authorization-server': 2,
  'attestation-issuer': 2,
  client: 2,
  'notes-server': 3,
  lab: 3,
  proxy: 3,
  benchmark: 3,
  console: 3,
  cli: 3,
}

/** The one file outside its package that a test beside the code may name. */
const SHARED_BY_TESTS = 'tests/requirements/verifies.ts'

/** Entry points that only these packages may import. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  '@countersign/resource-server/unsafe': ['lab'],
  '@countersign/authorization-server/unsafe': ['lab'],
  '@countersign/attestation/unsafe': ['resource-server', 'lab'],
}

/** Libraries that a package of layer 1 leaves a part of its work to, beside jose. */
const MADE_FOR: Readonly<Record<string, readonly string[]>> = {
  attestation: ['cockatiel'],
  capability: ['re2js'],
  friction: ['rate-limiter-flexible'],
  ledgers: ['ioredis', 'pg'],
}

/** What makes an import forbidden, in words; undefined when it is allowed. */
export function judgeImport(
  { file, specifier }: Import,
  workspace: readonly Package[],
  root: Manifest,
): string | undefined {
  const [, folder = ''] = file.split('/')
  const own = workspace.find((candidate) => candidate.folder === folder)
  const layer = layers[folder]
  if (own === undefined || layer === undefined) return `the package ${folder} has no layer`
  if (specifier === undefined) return 'a computed import cannot be judged'
  if (specifier.startsWith('.')) return judgeRelative(file, specifier, folder)
  if (specifier.startsWith('#')) return own.manifest.imports?.[specifier] ? undefined : `${specifier} is not declared`
  if (isBuiltin(specifier)) return judgeBuiltin(file, specifier, folder)
  const name = packageName(specifier)
  if (!isDeclared(name, file, own.manifest, root)) return `${name} is not a declared dependency of ${own.manifest.name}`
  const target = workspace.find((candidate) => candidate.manifest.name === name)
  if (target === undefined) return judgeForeign(file, name, { folder, layer })
  return judgeOurs(specifier, target, folder, layer)
}

function judgeRelative(file: string, specifier: string, folder: string): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(file), specifier))
  if (target.startsWith(`packages/${folder}/`) || (isTest(file) && target === SHARED_BY_TESTS)) return undefined
  return `${specifier} leaves the package`
}

/** `core` runs wherever the web's APIs do; what needs Node stands under `./node`. */
function judgeBuiltin(file: string, specifier: string, folder: string): string | undefined {
  if (folder !== 'core' || isTest(file) || file.startsWith('packages/core/src/node/')) return undefined
  return `core imports ${specifier} outside src/node`
}

function judgeForeign(
  file: string,
  name: string,
  { folder, layer }: { folder: string; layer: number },
): string | undefined {
  if (isTest(file)) return undefined
  if (layer === 0) return `layer 0 has no dependency, but imports ${name}`
  if (layer === 1 && name !== 'jose' && MADE_FOR[folder]?.includes(name) !== true)
    return `layer 1 depends on jose alone, but imports ${name}`
  return undefined
}

function judgeOurs(specifier: string, target: Package, folder: string, layer: number): string | undefined {
  const to = layers[target.folder]
  if (to === undefined) return `the package ${target.folder} has no layer`
  if (target.folder !== folder && (layer === 3 ? false : to >= layer)) {
    return `layer ${layer} imports ${target.folder} of layer ${to}`
  }
  const entry = specifier === target.manifest.name ? '.' : `.${specifier.slice(target.manifest.name.length)}`
  if (target.manifest.exports?.[entry] === undefined) return `${specifier} is not a public entry point`
  const reserved = RESERVED[specifier]
  return reserved === undefined || reserved.includes(folder)
    ? undefined
    : `${specifier} is for ${reserved.join(', ')} alone`
}

function isDeclared(name: string, file: string, own: Manifest, root: Manifest): boolean {
  const shipped = { ...own.dependencies, ...own.optionalDependencies, ...own.peerDependencies }
  if (name in shipped || name === own.name) return true
  return isTest(file) && (name in (own.devDependencies ?? {}) || name in (root.devDependencies ?? {}))
}

function isTest(file: string): boolean {
  return /\.test(?:-fixture)?\.ts$/.test(file)
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
