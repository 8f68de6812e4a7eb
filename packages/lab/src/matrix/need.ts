/** What the weakened server of a variant lacks: columns of the matrix, or settings for which there is none. */
import type { AttackVariant } from '../attack.ts'

/** Read from the variant's own settings. */
export interface Need {
  /** Ids of columns. */
  readonly columns: readonly string[]
  /** Names of settings that no column stands for, such as `partner` or `guard.ledger`. */
  readonly settings: readonly string[]
}

/** Describes it. */
export function describeNeed({ weakened }: AttackVariant): Need {
  const { weak = [], weakAttestation = [], authorization, weakSettings = [], guard = {}, ...settings } = weakened
  return {
    columns: [
      ...weak.map((name) => `guard:${name}`),
      ...weakAttestation.map((name) => `attestation:${name}`),
      ...(authorization?.weaknesses ?? []).map((name) => `authorization:${name}`),
      ...weakSettings.map((name) => `setting:${name}`),
    ],
    settings: [...Object.keys(settings), ...Object.keys(guard).map((name) => `guard.${name}`)],
  }
}

/** The one column that is all that the weakened server lacks; undefined where it lacks something else, or several. */
export function findOwnColumn({ columns, settings }: Need): string | undefined {
  return columns.length === 1 && settings.length === 0 ? columns[0] : undefined
}
