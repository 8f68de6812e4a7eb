/** The tools that capabilities are issued for, and what the operator asks of each; checked once. */
import { type CompleteCapabilityRequirement, completeCapabilityRequirement } from '@countersign/capability'
import type { ResourceRegistration, ToolRegistration } from '../configuration/options.ts'

/** A tool with nothing left out. */
export interface KnownTool {
  readonly name: string
  /** What people call it. */
  readonly words: string
  readonly scopes: readonly string[]
  readonly requirement: CompleteCapabilityRequirement
}

/** The tools of all resources. */
export interface ToolTable {
  /** Takes what stands in `locations` and `tool`, each to the letter. */
  find(resource: string, tool: string): KnownTool | undefined
}

/** What a tool that asks for no capability is measured by: its scopes alone would allow more than any capability. */
const ANY = { object: [], uses: 1000, seconds: 3600 } as const

/** Throws a TypeError that names the tool and the cure. */
export function createToolTable(registrations: readonly ResourceRegistration[]): ToolTable {
  const byResource = new Map(
    registrations.map((registration) => [registration.resource, new Map(listTools(registration))]),
  )
  return { find: (resource, tool) => byResource.get(resource)?.get(tool) }
}

function listTools({ resource, scopes, tools = {} }: ResourceRegistration): (readonly [string, KnownTool])[] {
  return Object.entries(tools).map(([name, tool]) => {
    const where = `The tool ${JSON.stringify(name)} of ${resource}`
    const unknown = tool.scopes.find((scope) => !Object.hasOwn(scopes, scope))
    if (unknown !== undefined) {
      throw new TypeError(
        `${where} has the scope ${JSON.stringify(unknown)}, which the resource has not: add it there.`,
      )
    }
    const known = { name, words: tool.words ?? name, scopes: [...tool.scopes], requirement: complete(where, tool) }
    return [name, known] as const
  })
}

/** A tool that asks for a capability is one that does harm, until somebody says otherwise: then a person is asked. */
function complete(
  where: string,
  { capability, destructive = capability !== undefined }: ToolRegistration,
): CompleteCapabilityRequirement {
  try {
    const approval = capability?.approval ?? (destructive ? 'person' : 'none')
    return completeCapabilityRequirement({ ...(capability ?? ANY), approval })
  } catch (error) {
    const problem = error instanceof Error ? error.message : ''
    throw new TypeError(`${where} cannot be registered: ${problem}`, { cause: error })
  }
}
