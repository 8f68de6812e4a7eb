/** A policy for a tool that doesn't exist protects nothing: names in the tables are checked against the server's own. */
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { McpHandler } from '../guarded-server.ts'
import { readServerNames, type ServerNames } from './server-names.ts'

/** The tables of a guard that name things of the server. */
export type NamingTables = Pick<GuardOptions, 'tools' | 'prompts' | 'resources'>

/** Rejects with `ConfigurationError` naming every entry that the server doesn't have. */
export async function assertDeclaredNames(tables: NamingTables, handler: McpHandler, endpoint: string): Promise<void> {
  const server = await readServerNames(handler, endpoint)
  const unknown = [
    ...namesOf(tables.tools)
      .filter((name) => !server.tools.includes(name))
      .map((name) => `tool '${name}'`),
    ...namesOf(tables.prompts)
      .filter((name) => !server.prompts.includes(name))
      .map((name) => `prompt '${name}'`),
    ...namesOf(tables.resources)
      .filter((uri) => !isServed(uri, server))
      .map((uri) => `resource '${uri}'`),
  ]
  if (unknown.length > 0) {
    throw new ConfigurationError(
      `declared to the guard, but not on the server: ${unknown.join(', ')}; the server has ${describe(server)}`,
    )
  }
}

function namesOf(table: object | undefined): string[] {
  return Object.keys(table ?? {})
}

/** A declared prefix has to meet a resource or a template; a declared URI is a resource, or one that a template may yield. */
function isServed(declared: string, { resources, resourcePrefixes }: ServerNames): boolean {
  const prefix = declared.endsWith('*') ? declared.slice(0, -1) : undefined
  if (prefix === undefined)
    return resources.includes(declared) || resourcePrefixes.some((one) => declared.startsWith(one))
  return (
    resources.some((uri) => uri.startsWith(prefix)) ||
    resourcePrefixes.some((one) => one.startsWith(prefix) || prefix.startsWith(one))
  )
}

function describe({ tools, prompts, resources, resourcePrefixes }: ServerNames): string {
  const uris = [...resources, ...resourcePrefixes.map((prefix) => `${prefix}*`)]
  return `tools ${quote(tools)}, prompts ${quote(prompts)}, resources ${quote(uris)}`
}

function quote(names: readonly string[]): string {
  return names.length === 0 ? '(none)' : names.map((name) => `'${name}'`).join(', ')
}
