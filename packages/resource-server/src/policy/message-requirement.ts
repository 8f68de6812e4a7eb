/** What a message needs: by its method, and by the tool, resources or prompt that it names. */
import { isJsonObject, type JsonValue, ok, type RejectionCode, type Result, refuse } from '@countersign/core'
import type { Message } from './message.ts'
import type { DeclaredRequirement, NamedRequirements, RequirementTables } from './requirement-tables.ts'

type Call = Exclude<Message, { kind: 'response' }>

/** Refuses what was not declared. A response to a server's own request needs a valid token and no more. */
export function findRequirements(message: Message, tables: RequirementTables): Result<readonly DeclaredRequirement[]> {
  if (message.kind === 'response') return ok([])
  switch (message.method) {
    case 'tools/call':
      return declared('tool_not_declared', tables.tools, [message.params.name])
    case 'prompts/get':
      return declared('prompt_not_declared', tables.prompts, [message.params.name])
    case 'resources/read':
      return declared('resource_not_declared', tables.resources, [message.params.uri])
    default:
      return findMethodRequirements(message, tables)
  }
}

function findMethodRequirements(message: Call, tables: RequirementTables): Result<readonly DeclaredRequirement[]> {
  const requirement = tables.methods.find(message.method)
  if (requirement === undefined) {
    const open = message.kind === 'notification' && message.method.startsWith('notifications/')
    return open ? ok([]) : refuse('method_not_declared')
  }
  const watched = watchedResources(message)
  if (watched.length === 0) return ok([requirement])
  const resources = declared('resource_not_declared', tables.resources, watched)
  return resources.ok ? ok([requirement, ...resources.value]) : resources
}

/** A subscription to a resource tells when it changes, so it needs what reading needs. */
function watchedResources({ method, params }: Call): readonly JsonValue[] {
  if (method === 'resources/subscribe') return [params.uri ?? null]
  if (method !== 'subscriptions/listen' || !isJsonObject(params.notifications)) return []
  const { resourceSubscriptions: uris = [] } = params.notifications
  return Array.isArray(uris) ? uris : [uris]
}

/** With nothing declared in the table, the method itself is closed. */
function declared(
  code: RejectionCode,
  table: NamedRequirements,
  names: readonly (JsonValue | undefined)[],
): Result<readonly DeclaredRequirement[]> {
  if (table.isEmpty) return refuse('method_not_declared')
  const [only] = names
  if (names.length === 1) {
    const requirement = typeof only === 'string' ? table.find(only) : undefined
    return requirement === undefined ? refuse(code) : ok([requirement])
  }
  const found = names.flatMap((name) => (typeof name === 'string' ? (table.find(name) ?? []) : []))
  return found.length === names.length ? ok(found) : refuse(code)
}
