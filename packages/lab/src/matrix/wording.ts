/** What the matrix says, in words: the same in the terminal and on the page. */
import type { ColumnPart } from './column.ts'
import type { MatrixCheck, MatrixVariant } from './matrix.ts'

/** Whose checks they are. */
export const partWords: Readonly<Record<ColumnPart, string>> = {
  guard: 'Checks of the guard',
  attestation: 'Verification of attestations',
  authorization: 'Rules of the authorization server',
  setting: 'Settings of servers and agents',
}

/** What a check is worth. */
export function describeWorth({ verdict, stopsTogether, stops, tried }: MatrixCheck): string {
  if (verdict === 'needed') return `alone stops ${stops.join(', ')}`
  if (stopsTogether.length > 0)
    return `defence in depth: together with another check it stops ${stopsTogether.join(', ')}`
  return tried === 0
    ? 'defence in depth: none of these attacks gives it anything to do'
    : `defence in depth: ${tried} ways of attacks come to it, and none lands without it alone`
}

/** What the weakened server of a variant lacks. */
export function describeLack({ need }: Pick<MatrixVariant, 'need'>): string {
  const { columns, settings } = need
  const checks = columns.length > 0 ? [`without ${columns.join(' and ')}`] : []
  const others =
    settings.length > 0 ? [`with another setting, for which there is no column: ${settings.join(', ')}`] : []
  return [...checks, ...others].join(' and ')
}
