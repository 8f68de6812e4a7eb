/** What each method, tool, resource and prompt needs; what is not declared is refused. */
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions, Requirement, RequirementTable } from '../guard-options.ts'

/** Methods that a valid token alone may call: they hand out nothing that a tool's scope protects. */
const openMethods = ['initialize', 'server/discover', 'ping', 'tools/list'] as const

/** Methods whose requirement is that of the thing they name. */
const namingMethods = ['tools/call', 'resources/read', 'prompts/get'] as const

/** The four tables, ready for look-up by a name that a caller sent. */
export interface RequirementTables {
  method(name: string): Requirement | undefined
  tool(name: string): Requirement | undefined
  prompt(name: string): Requirement | undefined
  /** Exact URI first, then the longest declared prefix. */
  resource(uri: string): Requirement | undefined
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
  const methods = byName(options.methods)
  for (const method of openMethods) if (!methods.has(method)) methods.set(method, {})
  const tools = byName(options.tools)
  const prompts = byName(options.prompts)
  return {
    method: (name) => methods.get(name),
    tool: (name) => tools.get(name),
    prompt: (name) => prompts.get(name),
    resource: createResourceLookup(options.resources),
  }
}

/** A `Map`, not the object itself: `__proto__` and `constructor` are names that callers try. */
function byName(table: RequirementTable | undefined): Map<string, Requirement> {
  return new Map(Object.entries(table ?? {}))
}

function createResourceLookup(table: RequirementTable | undefined): (uri: string) => Requirement | undefined {
  const exact = byName(table)
  const prefixes = [...exact]
    .filter(([uri]) => uri.endsWith('*'))
    .map(([uri, requirement]) => ({ prefix: uri.slice(0, -1), requirement }))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  for (const { prefix } of prefixes) exact.delete(`${prefix}*`)
  return (uri) =>
    exact.get(uri) ?? (climbs(uri) ? undefined : prefixes.find((p) => uri.startsWith(p.prefix))?.requirement)
}

/** Dot segments, also percent-encoded: the server may resolve them to a place outside of the prefix (RFC 3986 §5.2.4). */
function climbs(uri: string): boolean {
  return /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\?#]|%2f|%5c|$)/i.test(uri)
}
