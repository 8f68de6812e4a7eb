/** Names the attacks of the lab. */
import { type Attack, attacks } from '@countersign/lab'
import type { Context } from '../context.ts'

/** Prints one line for each attack: its number, what happens, and what stops it. */
export function listAttacks({ json }: { readonly json?: true }, { terminal }: Context): void {
  for (const attack of attacks) {
    if (json === true) terminal.print(JSON.stringify(describe(attack)))
    else
      terminal.print(
        `${terminal.style('bold', attack.id.padEnd(4))} ${attack.title}  ${terminal.style('dim', stops(attack))}`,
      )
  }
}

function stops({ variants }: Attack): string {
  return [...new Set(variants.map(({ stoppedBy }) => stoppedBy))].join(', ')
}

function describe({ variants, ...story }: Attack): object {
  return {
    ...story,
    variants: variants.map(({ title, stoppedBy, status }) => ({ title, stopped_by: stoppedBy, status })),
  }
}
