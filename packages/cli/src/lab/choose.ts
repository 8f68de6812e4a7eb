/** Which attacks are meant. */
import { type Attack, attacks, findMissing, keepRunnable, type Runnable } from '@countersign/lab'
import { CommandFailed, wrongUsage } from '../exit.ts'
import type { LabRunOptions } from './run.ts'

/**
 * Those that were named, or all; with a model, those alone that have a text for it to read. Of all, those that this
 * machine lacks a program for are left out; what was named is not.
 */
export function chooseAttacks(ids: readonly string[], options: LabRunOptions): Runnable {
  const named = chooseNamed(ids, options)
  const chosen = options.modelUrl === undefined ? named : keepInjected(named, options)
  return options.all === true ? keepRunnable(chosen) : requireRunnable(chosen)
}

/** What was asked for by its name is not left out in silence. */
export function requireRunnable(chosen: readonly Attack[]): Runnable {
  for (const attack of chosen) {
    const missing = findMissing(attack)
    if (missing !== undefined) throw new CommandFailed(`${attack.id} cannot be run: ${missing}`)
  }
  return { attacks: chosen }
}

function chooseNamed(ids: readonly string[], { all }: LabRunOptions): readonly Attack[] {
  if (all === true) return attacks
  if (ids.length === 0) throw wrongUsage('Name an attack, such as T4, or give --all. All of them: countersign lab list')
  return ids.map((id) => {
    const attack = find(id.toLowerCase())
    if (attack === undefined) throw wrongUsage(`There is no attack ${id}. All of them: countersign lab list`)
    return attack
  })
}

/** By the number of an attack, or of some of its ways: these alone, then. */
function find(id: string): Attack | undefined {
  const named = (each: { readonly id?: string }): boolean => each.id?.toLowerCase() === id
  for (const attack of attacks) {
    if (named(attack)) return attack
    const variants = attack.variants.filter(named)
    if (variants.length > 0) return { ...attack, id: variants[0]?.id ?? attack.id, variants }
  }
  return undefined
}

function keepInjected(named: readonly Attack[], { all }: LabRunOptions): readonly Attack[] {
  const ways = ({ variants }: Attack): Attack['variants'] => variants.filter(({ injected }) => injected === true)
  const without = named.find((attack) => ways(attack).length === 0)
  if (without !== undefined && all !== true) {
    const others = attacks.filter((attack) => ways(attack).length > 0).map(({ id }) => id)
    throw wrongUsage(`No text talks an agent into ${without.id}. A model can read along in ${others.join(', ')}.`)
  }
  return named.map((attack) => ({ ...attack, variants: ways(attack) })).filter(({ variants }) => variants.length > 0)
}
