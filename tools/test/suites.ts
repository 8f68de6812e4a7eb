/** The suites of `npm test`, in the order in which they run: what fails fastest comes first. */

/** One command that passes or fails as a whole. */
interface Check {
  readonly title: string
  readonly command: readonly [string, ...string[]]
}

/** A suite is either a list of commands, each counted as one check, or folders of tests for vitest. */
export interface Suite {
  readonly name: string
  readonly checks?: readonly Check[]
  readonly folders?: readonly string[]
  /** Folders below those that belong to another suite. */
  readonly except?: readonly string[]
  /** One file after the other: what is stalled, killed and measured there is not to be so by the others. */
  readonly alone?: true
  /** Left to `npm run test:full`. */
  readonly long?: true
  /** Names of the system parts without which it cannot run: see `system-parts.ts`. */
  readonly needs?: readonly string[]
  /** Names of those without which it skips some of its tests, and counts them as skipped. */
  readonly wants?: readonly string[]
}

/** What is tested on servers that somebody has to install, wherever it stands. */
const storeFolders = [
  'packages/authorization-server/src/store/postgres',
  'packages/ledgers/src/postgres',
  'packages/ledgers/src/redis',
  'packages/store-servers/src',
  'tests/stores',
]

/** All of them. */
export const suites: readonly Suite[] = [
  { name: 'types', checks: [{ title: 'tsc -b', command: ['tsc', '-b'] }] },
  {
    name: 'lint',
    checks: [
      { title: 'biome', command: ['biome', 'ci', '--error-on-warnings', '.'] },
      { title: 'oxlint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
      { title: 'knip', command: ['knip', '--no-progress', '--treat-config-hints-as-errors'] },
    ],
  },
  { name: 'unit', folders: ['packages'], except: storeFolders },
  { name: 'stores', folders: storeFolders, needs: ['redis', 'postgres'] },
  { name: 'vectors', folders: ['tests/vectors'] },
  { name: 'attacks', folders: ['tests/attacks'], wants: ['redis'] },
  { name: 'browser', folders: ['tests/browser'], needs: ['chromium'] },
  { name: 'interop', folders: ['tests/interop'] },
  { name: 'conformance', folders: ['tests/conformance'] },
  { name: 'chaos', folders: ['tests/chaos'], alone: true, needs: ['redis', 'postgres', 'faketime'] },
  { name: 'model', folders: ['tests/model'], needs: ['spin', 'gcc'] },
  { name: 'architecture', folders: ['tests/architecture', 'tests/requirements'] },
  { name: 'matrix', folders: ['tests/matrix'], needs: ['redis'], long: true },
  { name: 'chaos-whole', folders: ['tests/chaos-whole'], needs: ['redis', 'postgres', 'faketime'], long: true },
  { name: 'storms', folders: ['tests/storms'], long: true },
  { name: 'fresh-clone', folders: ['tests/fresh-clone'], long: true },
]
