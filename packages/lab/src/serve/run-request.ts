/** Reads what the page asks to be run; anything else is nothing. */
import type { Attack, AttackVariant } from '../attack.ts'
import type { Column } from '../matrix/column.ts'
import { readWeaknesses } from './weaknesses.ts'

/** One way of one attack on both servers, or all of all on the hardened one. */
export type RunRequest =
  | { readonly kind: 'one'; readonly variant: AttackVariant; readonly without: readonly Column[] }
  | { readonly kind: 'all'; readonly without: readonly Column[] }

/** Takes `{"attack": id, "variant": index, "without": [ids]}`, or `{"without": [ids]}` for all. */
export function readRunRequest(body: string, attacks: readonly Attack[]): RunRequest | undefined {
  const members = readMembers(body)
  const without = readWithout(members.get('without'))
  if (without === undefined || [...members.keys()].some((name) => !MEMBERS.includes(name))) return undefined
  if (!members.has('attack')) return members.has('variant') ? undefined : { kind: 'all', without }
  const attack = attacks.find(({ id }) => id === members.get('attack'))
  const index = members.get('variant')
  const variant = typeof index === 'number' ? attack?.variants[index] : undefined
  return variant === undefined ? undefined : { kind: 'one', variant, without }
}

const MEMBERS = ['attack', 'variant', 'without']

function readMembers(body: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  } catch {
    return new Map()
  }
}

function readWithout(value: unknown): readonly Column[] | undefined {
  if (!Array.isArray(value)) return undefined
  const ids = value.filter((id) => typeof id === 'string')
  return ids.length === value.length ? readWeaknesses(ids) : undefined
}
