/** What each method, tool, resource and prompt needs; what is not declared is refused. */
import type { AttestationPolicy } from '@countersign/attestation/verify'
import type { CompleteCapabilityRequirement } from '@countersign/capability'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions, Requirement, RequirementTable } from '../guard-options.ts'
import { readAttestationPolicy } from './attestation-policies.ts'
import { readCapabilityRequirement } from './capability-requirements.ts'
import { assertScopes } from './scope-names.ts'

/** Methods that a valid token alone may call: they hand out nothing that a tool's scope protects. */
const openMethods = ['initialize', 'server/discover', 'ping', 'tools/list'] as const

/** Methods that are declared by the name of the thing that they name. */
export const namingMethods = ['tools/call', 'resources/read', 'prompts/get'] as const

/** A requirement as the checks read it. */
export interface DeclaredRequirement extends Omit<Requirement, 'attestation' | 'capability' | 'friction'> {
  readonly attestation?: AttestationPolicy
  readonly capability?: CompleteCapabilityRequirement
}

/** One table, ready for look-up by a name that a caller sent. */
export interface NamedRequirements {
  /** True when nothing was declared: the methods that name such things are closed altogether. */
  readonly isEmpty: boolean
  /** True when something in it needs a capability. */
  readonly asksForCapability: boolean
  /** True when something in it needs a proof that covers the body. */
  readonly asksForDigest: boolean
  /** The name of something that says what becomes of its calls without the ledger. */
  readonly saysWithoutLedger: string | undefined
  find(name: string): DeclaredRequirement | undefined
}

/** The four tables. A resource is found by its exact URI first, then by the longest declared prefix. */
export interface RequirementTables {
  readonly methods: NamedRequirements
  readonly tools: NamedRequirements
  readonly prompts: NamedRequirements
  readonly resources: NamedRequirements
}

/** Copies the tables, so that later changes to the options change nothing; throws `ConfigurationError` on misuse. */
export function createRequirementTables(
  options: Pick<GuardOptions, 'tools' | 'resources' | 'prompts' | 'methods'>,
): RequirementTables {
  for (const method of namingMethods) {
    if (options.methods !== undefined && Object.hasOwn(options.methods, method)) {
      throw new ConfigurationError(`methods: '${method}' is declared by name, in tools, resources or prompts`)
    }
  }
  const open = Object.fromEntries(openMethods.map((method) => [method, {}]))
  const { tools = {}, prompts = {}, resources = {}, methods = {} } = options
  return {
    methods: createTable('methods', { ...open, ...methods }, createExactLookup),
    tools: createTable('tools', tools, createExactLookup),
    prompts: createTable('prompts', prompts, createExactLookup),
    resources: createTable('resources', resources, createResourceLookup),
  }
}

type DeclaredTable = Readonly<Record<string, DeclaredRequirement>>
type Lookup = (name: string) => DeclaredRequirement | undefined

function createTable(
  kind: string,
  table: RequirementTable,
  createLookup: (table: DeclaredTable) => Lookup,
): NamedRequirements {
  const entries = Object.entries(table).map(([name, requirement]) => {
    const where = `${kind}: '${name}'`
    if (kind !== 'tools') assertNoToolMembers(where, requirement)
    return [name, completeRequirement(where, requirement)] as const
  })
  return {
    isEmpty: entries.length === 0,
    asksForCapability: entries.some(([, { capability }]) => capability !== undefined),
    asksForDigest: entries.some(([, { contentDigest }]) => contentDigest === 'required'),
    saysWithoutLedger: entries.find(([, { withoutLedger }]) => withoutLedger !== undefined)?.[0],
    find: createLookup(Object.fromEntries(entries)),
  }
}

/** Only calls of tools are judged by them: anywhere else they would ask for nothing. */
function assertNoToolMembers(where: string, requirement: Requirement): void {
  const misplaced = (['capability', 'friction'] as const).find((member) => requirement[member] !== undefined)
  if (misplaced === undefined) return
  throw new ConfigurationError(`${where}: ${misplaced} is asked of tools only; use scopes here`)
}

/** A misspelt member would ask for nothing, and nobody would notice. */
function completeRequirement(where: string, requirement: Requirement): DeclaredRequirement {
  const { attestation, capability, friction: _, ...needs } = requirement
  const { scopes = [], contentDigest, withoutLedger, ...others } = needs
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new ConfigurationError(`${where}: a requirement has no '${unknown}'`)
  if (!Array.isArray(scopes)) throw new ConfigurationError(`${where}: scopes must be a list`)
  if (contentDigest !== undefined && contentDigest !== 'required') {
    throw new ConfigurationError(`${where}: contentDigest can only be 'required', or left out`)
  }
  if (withoutLedger !== undefined) assertWithoutLedger(where, requirement)
  assertScopes(where, scopes)
  return {
    ...needs,
    ...(attestation !== undefined && { attestation: readAttestationPolicy(where, attestation) }),
    ...(capability !== undefined && { capability: readCapabilityRequirement(where, capability) }),
  }
}

/** There is no third way: what is not spent anywhere could be used again. */
function assertWithoutLedger(where: string, { withoutLedger, capability }: Requirement): void {
  if (withoutLedger !== 'degrade' && withoutLedger !== 'refuse') {
    throw new ConfigurationError(
      `${where}: withoutLedger is 'degrade' or 'refuse'; nothing is ever let through unspent`,
    )
  }
  if (withoutLedger === 'degrade' && capability !== undefined) {
    throw new ConfigurationError(
      `${where}: uses of a capability are counted in the store alone, so calls can't go on without it; leave withoutLedger out`,
    )
  }
}

/** A `Map`, not the object itself: `__proto__` and `constructor` are names that callers try. */
function createExactLookup(table: DeclaredTable): Lookup {
  const byName = new Map(Object.entries(table))
  return (name) => byName.get(name)
}

function createResourceLookup(table: DeclaredTable): Lookup {
  const entries = Object.entries(table)
  const exact = new Map(entries.filter(([uri]) => !uri.endsWith('*')))
  const prefixes = entries
    .filter(([uri]) => uri.endsWith('*'))
    .map(([uri, requirement]) => ({ prefix: uri.slice(0, -1), requirement }))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  const findByPrefix: Lookup = (uri) => prefixes.find(({ prefix }) => uri.startsWith(prefix))?.requirement
  return (uri) => exact.get(uri) ?? (isAmbiguous(uri) ? undefined : findByPrefix(uri))
}

/** Dot segments, also percent-encoded: the server may resolve them to a place outside of the prefix (RFC 3986 §5.2.4). */
const dotSegment = /(?:^|\/|%2f|%5c)(?:\.|%2e){1,2}(?:[/?#]|%2f|%5c|$)/i
/** Letters, digits and `-._~`, which need no escape: escaped they spell the same URI in another way (RFC 3986 §6.2.2.2). */
const escapedUnreserved = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i
/** Blanks, control characters and backslashes: URL parsers drop or replace them (URL Standard, basic URL parser). */
const repaired = /[^!-[\]-~\u0080-\uffff]/

/** True for what a server may take for a URI of another entry, stricter or outside of all: no prefix speaks for it. */
function isAmbiguous(uri: string): boolean {
  return dotSegment.test(uri) || escapedUnreserved.test(uri) || repaired.test(uri)
}
