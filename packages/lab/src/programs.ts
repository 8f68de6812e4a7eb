/** Programs that some attacks need on this machine, and that npm cannot bring. */
import { isInstalled, NotInstalled } from '@countersign/store-servers'
import type { Attack } from './attack.ts'

/** What is missing for an attack, and how it is installed, in a sentence; undefined where nothing is. */
export function findMissing({ program }: Pick<Attack, 'program'>): string | undefined {
  return program === undefined || isInstalled(program) ? undefined : new NotInstalled(program).message
}

/** Attacks that can be run here, and of the others what they miss. */
export interface Runnable {
  readonly attacks: readonly Attack[]
  /** In a sentence that counts and names them; undefined where nothing is missing. */
  readonly leftOut?: string
}

/** Leaves those out that cannot. */
export function keepRunnable(attacks: readonly Attack[], miss = findMissing): Runnable {
  const missing = attacks.flatMap((attack) => {
    const reason = miss(attack)
    return reason === undefined ? [] : [{ id: attack.id, reason }]
  })
  if (missing.length === 0) return { attacks }
  const kept = attacks.filter(({ id }) => !missing.some((each) => each.id === id))
  const reasons = [...new Set(missing.map(({ reason }) => reason))].join(' ')
  const names = missing.map(({ id }) => id).join(', ')
  return { attacks: kept, leftOut: `${kept.length} of ${attacks.length} attacks are run, without ${names}. ${reasons}` }
}
