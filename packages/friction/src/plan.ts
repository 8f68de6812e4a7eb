/** The options made ready: every tool and every group is one controller with a number of its own. */
import { type FrictionRules, type FrictionTuning, requireMembers, requireNumber } from './options.ts'

/** What every call is judged by. */
export interface FrictionPlan {
  /** The number of a tool from 1 on; 0 for those without friction. */
  indexOf(tool: string): number
  /** By the number of a tool: the number of its group's controller, 0 where it has none. */
  readonly groupOf: readonly number[]
  /** By the number of a controller, tools first and then groups: the share that is for nothing; 0 is not used. */
  readonly targets: readonly number[]
  readonly tuning: Required<FrictionTuning>
  readonly budget: { readonly capacity: number; readonly refill: number }
}

const MOST_TOOLS = 200

/** Reads the options; throws a `TypeError` that names cause and cure. */
export function planFriction({ tools, groups = {}, tuning = {}, budget = {} }: FrictionRules): FrictionPlan {
  const names = Object.keys(tools)
  if (names.length === 0 || names.length > MOST_TOOLS) {
    throw new TypeError(`Friction is for 1 to ${MOST_TOOLS} tools; name them in \`tools\`.`)
  }
  const indexes = new Map(names.map((name, position) => [name, position + 1]))
  const groupNames = [...new Set(Object.values(tools).flatMap(({ group }) => group ?? []))]
  const empty = Object.keys(groups).find((name) => !groupNames.includes(name))
  if (empty !== undefined) throw new TypeError(`No tool is in the group "${empty}"; name it as \`group\` of its tools.`)
  return {
    indexOf: (tool) => indexes.get(tool) ?? 0,
    groupOf: [
      0,
      ...Object.values(tools).map(({ group }) =>
        group === undefined ? 0 : 1 + names.length + groupNames.indexOf(group),
      ),
    ],
    targets: [
      0,
      ...names.map((name) => readTarget(tools, name, 'tool')),
      ...groupNames.map((name) => readTarget(groups, name, 'group')),
    ],
    tuning: completeTuning(tuning),
    budget: completeBudget(budget),
  }
}

const DEFAULT_TARGETS = { tool: 0.05, group: 0.2 } as const

function readTarget(
  named: Readonly<Record<string, { readonly target?: number }>>,
  name: string,
  kind: 'tool' | 'group',
): number {
  const one = Object.hasOwn(named, name) ? named[name] : undefined
  const where = `The friction of the ${kind} "${name}"`
  requireMembers(one ?? {}, kind, where)
  return requireNumber(one?.target ?? DEFAULT_TARGETS[kind], `${where}: \`target\``, { above: 0, most: 0.999 })
}

function completeTuning(tuning: FrictionTuning): Required<FrictionTuning> {
  requireMembers(tuning, 'tuning', '`tuning`')
  const { window = 100, smoothing = 0.15, gain = 0.08, deadZone = 0.01, warmUp = 20, halfLife = 693 } = tuning
  return {
    window: requireNumber(window, '`tuning.window`', { least: 1, most: 1000, integer: true }),
    smoothing: requireNumber(smoothing, '`tuning.smoothing`', { above: 0, most: 1 }),
    gain: requireNumber(gain, '`tuning.gain`', { above: 0, most: 1 }),
    deadZone: requireNumber(deadZone, '`tuning.deadZone`', { least: 0, most: 1 }),
    warmUp: requireNumber(warmUp, '`tuning.warmUp`', { least: 0, most: 10_000, integer: true }),
    halfLife: requireNumber(halfLife, '`tuning.halfLife`', { least: 1, most: 86_400 }),
  }
}

function completeBudget(budget: NonNullable<FrictionRules['budget']>): FrictionPlan['budget'] {
  requireMembers(budget, 'budget', '`budget`')
  const { capacity = 100, refill = 1 } = budget
  return {
    // Less than the dearest call would never be enough for it.
    capacity: requireNumber(capacity, '`budget.capacity`', { least: 10, most: 1e6 }),
    refill: requireNumber(refill, '`budget.refill`', { above: 0, most: 1e6 }),
  }
}
