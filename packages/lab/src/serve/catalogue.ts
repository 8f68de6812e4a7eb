/** The attacks as the page lists and tells them. */
import type { Attack, AttackSource } from '../attack.ts'
import { listWeaknesses, nameWeaknesses, type WeaknessGroup } from './weaknesses.ts'

/** An attack's story. */
export interface AttackStory extends Omit<Attack, 'variants'> {
  readonly variants: readonly VariantStory[]
}

/** One way of doing it. */
export interface VariantStory {
  readonly title: string
  readonly status: number
  readonly stoppedBy: string
  /** The ids of what the weakened server lacks; none where it differs in a setting for which there is no column. */
  readonly lacks: readonly string[]
}

/** What the page is made from. */
export interface Catalogue {
  readonly groups: readonly { readonly title: string; readonly attacks: readonly AttackStory[] }[]
  readonly weaknesses: readonly WeaknessGroup[]
}

const sources: readonly { readonly document: AttackSource['document']; readonly title: string }[] = [
  { document: 'token-talk', title: 'From the token talk' },
  { document: 'threat-analysis', title: 'From the threat analysis' },
  { document: 'ours', title: 'Our own' },
]

/** Groups them by where they were described first. */
export function describeCatalogue(attacks: readonly Attack[]): Catalogue {
  const groups = sources.map(({ document, title }) => ({
    title,
    attacks: attacks.filter(({ source }) => source.document === document).map(tellStory),
  }))
  return { groups: groups.filter((group) => group.attacks.length > 0), weaknesses: listWeaknesses() }
}

function tellStory({ id, title, source, needs, steps, analog, variants }: Attack): AttackStory {
  return {
    ...{ id, title, source, needs, steps, analog },
    variants: variants.map((variant) => ({
      title: variant.title,
      status: variant.status,
      stoppedBy: variant.stoppedBy,
      lacks: nameWeaknesses(variant.weakened),
    })),
  }
}
