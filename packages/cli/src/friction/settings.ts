/** A configuration of friction from the command line. */
import type { FrictionRules, ToolFriction } from '@countersign/friction'
import { wrongUsage } from '../exit.ts'

/** Names may have dots in them; the last one ends them. */
const SETTING = /^(?:(?<section>tuning|budget)\.(?<member>\w+)|(?<kind>tools|groups)\.(?<name>.+)\.(?<of>\w+))$/s

/** The parts of the rules, by name; maps, because names come from anywhere. */
interface Draft {
  readonly tuning: Map<string, number>
  readonly budget: Map<string, number>
  readonly tools: Map<string, Map<string, number | string>>
  readonly groups: Map<string, Map<string, number | string>>
}

/**
 * Reads `--tool` and each `name=value` of `--set` on top of `tools`; later ones win. Members that friction does not
 * have, and numbers out of bounds, are left to it to refuse.
 */
export function parseRules(
  tools: Readonly<Record<string, ToolFriction>>,
  { tool, set }: { readonly tool: readonly string[]; readonly set: readonly string[] },
): FrictionRules {
  const draft: Draft = { tuning: new Map(), budget: new Map(), tools: new Map(), groups: new Map() }
  for (const [name, friction] of Object.entries(tools)) draft.tools.set(name, new Map(Object.entries(friction)))
  for (const name of tool) if (!draft.tools.has(name)) draft.tools.set(name, new Map())
  for (const pair of set) applySetting(draft, pair)
  return {
    tools: toObjects(draft.tools),
    groups: toObjects(draft.groups),
    tuning: Object.fromEntries(draft.tuning),
    budget: Object.fromEntries(draft.budget),
  }
}

function applySetting(draft: Draft, pair: string): void {
  const at = pair.lastIndexOf('=')
  const value = pair.slice(at + 1)
  const { section, member, kind, name, of } = SETTING.exec(at < 0 ? '' : pair.slice(0, at))?.groups ?? {}
  if ((section === 'tuning' || section === 'budget') && member !== undefined) {
    draft[section].set(member, readNumber(value, pair))
  } else if ((kind === 'tools' || kind === 'groups') && name !== undefined && of !== undefined) {
    const members = draft[kind].get(name) ?? new Map<string, number | string>()
    draft[kind].set(name, members.set(of, of === 'group' ? value : readNumber(value, pair)))
  } else {
    throw wrongUsage(
      `--set takes name=value, such as tuning.halfLife=300 or tools.delete_note.target=0.1; this is ${JSON.stringify(pair)}.`,
    )
  }
}

function readNumber(text: string, pair: string): number {
  if (/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text)) return Number(text)
  throw wrongUsage(`--set ${JSON.stringify(pair)} does not end in a number.`)
}

function toObjects(members: ReadonlyMap<string, ReadonlyMap<string, number | string>>): Record<string, object> {
  return Object.fromEntries([...members].map(([name, own]) => [name, Object.fromEntries(own)]))
}
