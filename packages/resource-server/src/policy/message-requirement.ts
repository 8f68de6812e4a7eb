/** What a message needs: by its method, and by the tool, resources or prompt that it names. */
import { type JsonValue, ok, type RejectionCode, type Result, refuse } from '@countersign/core'
import type { Requirement } from '../guard-options.ts'
import { isObject, type Message } from './message.ts'
import type { RequirementTables } from './requirement-tables.ts'

type Call = Exclude<Message, { kind: 'response' }>

/** Refuses what was not declared. A response to a server's own request needs a valid token and no more. */
export function findRequirements(message: Message, tables: RequirementTables): Result<readonly Requirement[]> {
  if (message.kind === 'response') return ok([])
  switch (message.method) {
    case 'tools/call':
      return declared('tool_not_declared', find(message.params.name, tables.tool))
    case 'prompts/get':
      return declared('prompt_not_declared', find(message.params.name, tables.prompt))
    case 'resources/read':
      return declared('resource_not_declared', find(message.params.uri, tables.resource))
    default:
      return findMethodRequirements(message, tables)
  }
}

function findMethodRequirements(message: Call, tables: RequirementTables): Result<readonly Requirement[]> {
  const requirement = tables.method(message.method)
  if (requirement === undefined) {
    const open = message.kind === 'notification' && message.method.startsWith('notifications/')
    return open ? ok([]) : refuse('method_not_declared')
  }
  const watched = watchedResources(message).map((uri) => find(uri, tables.resource))
  const resources = declared('resource_not_declared', ...watched)
  return resources.ok ? ok([requirement, ...resources.value]) : resources
}

/** A subscription to a resource tells when it changes, so it needs what reading needs. */
function watchedResources({ method, params }: Call): readonly JsonValue[] {
  if (method === 'resources/subscribe') return [params.uri ?? null]
  if (method !== 'subscriptions/listen' || !isObject(params.notifications)) return []
  const uris = params.notifications.resourceSubscriptions
  return Array.isArray(uris) ? uris : []
}

function find(name: JsonValue | undefined, table: (name: string) => Requirement | undefined): Requirement | undefined {
  return typeof name === 'string' ? table(name) : undefined
}

function declared(code: RejectionCode, ...found: (Requirement | undefined)[]): Result<readonly Requirement[]> {
  const requirements = found.filter((requirement) => requirement !== undefined)
  return requirements.length === found.length ? ok(requirements) : refuse(code)
}
