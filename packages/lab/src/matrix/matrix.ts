/** The ablation matrix: attacks × checks, and which attacks land on the hardened servers without which check. */
import type { Attack, AttackVariant } from '../attack.ts'
import type { Column } from './column.ts'
import { describeNeed, type Need } from './need.ts'
import type { Row } from './row.ts'

/** One way of an attack. */
export interface MatrixVariant extends Row {
  readonly title: string
  readonly expectedCode: string
  readonly need: Need
}

/** What the matrix says of an attack. */
export type AttackVerdict =
  /** It lands without one check, that of a column. */
  | 'lands without one check'
  /** In no column: its weakened server lacks several checks at once, and there it lands. */
  | 'lands without several checks'
  /** In no column: its weakened server has a setting for which there is no column, and there it lands. */
  | 'lands with another setting'
  /** Nowhere that was looked at. */
  | 'was not seen to land'

/** An attack in all its ways. */
export interface MatrixAttack {
  readonly id: string
  readonly title: string
  readonly variants: readonly MatrixVariant[]
  /** Every way was stopped by the hardened servers, with exactly its code. */
  readonly isStopped: boolean
  readonly verdict: AttackVerdict
  /** Ids of the columns in which some way of it lands. */
  readonly landsWithout: readonly string[]
}

/** What the matrix says of a check. */
export type CheckVerdict =
  /** It alone stops some attack. */
  | 'needed'
  /** Whatever it stops, another check stops too. */
  | 'defence in depth'

/** A check, and what it is worth. */
export interface MatrixCheck extends Pick<Column, 'id' | 'part' | 'name' | 'how'> {
  readonly verdict: CheckVerdict
  /** Ids of the attacks that it alone stops. */
  readonly stops: readonly string[]
  /** How many ways of attacks give it anything to do. */
  readonly tried: number
  /** Where it stops none alone: attacks that land once it is taken out together with something else. */
  readonly stopsTogether: readonly string[]
}

/** All of it. */
export interface Matrix {
  readonly checks: readonly MatrixCheck[]
  readonly attacks: readonly MatrixAttack[]
  /** Cells that were run, and those that need not be. */
  readonly cells: { readonly run: number; readonly untouched: number }
}

/** An attack with the rows of its variants, in their order. */
export interface ComputedAttack {
  readonly attack: Attack
  readonly rows: readonly Row[]
}

/** Says what the rows mean. */
export function concludeMatrix(computed: readonly ComputedAttack[], columns: readonly Column[]): Matrix {
  const attacks = computed.map((each) => concludeAttack(each, columns))
  const rows = computed.flatMap(({ rows: some }) => some)
  const untouched = rows.reduce((sum, row) => sum + row.untouched.length, 0)
  return {
    checks: columns.map((column) => concludeCheck(column, attacks)),
    attacks,
    cells: { run: rows.length * columns.length - untouched, untouched },
  }
}

function concludeAttack({ attack, rows }: ComputedAttack, columns: readonly Column[]): MatrixAttack {
  const { id, title } = attack
  const variants = rows.map((row, index) => describeVariant(attack.variants[index], row))
  const landsWithout = columns
    .filter((_, place) => variants.some(({ cells }) => cells[place]?.outcome === 'landed'))
    .map((column) => column.id)
  return {
    id,
    title,
    variants,
    isStopped: variants.every(({ stoppedAsExpected }) => stoppedAsExpected),
    verdict: judgeAttack(variants, landsWithout),
    landsWithout,
  }
}

function describeVariant(variant: AttackVariant | undefined, row: Row): MatrixVariant {
  if (variant === undefined) throw new RangeError('there is a row for which there is no variant')
  return { ...row, title: variant.title, expectedCode: variant.stoppedBy, need: describeNeed(variant) }
}

function judgeAttack(variants: readonly MatrixVariant[], landsWithout: readonly string[]): AttackVerdict {
  if (landsWithout.length > 0) return 'lands without one check'
  const seen = variants.filter(({ weakened }) => weakened.outcome === 'landed')
  if (seen.some(({ need }) => need.settings.length === 0)) return 'lands without several checks'
  return seen.length > 0 ? 'lands with another setting' : 'was not seen to land'
}

function concludeCheck({ id, part, name, how }: Column, attacks: readonly MatrixAttack[]): MatrixCheck {
  const idsOf = (some: readonly MatrixAttack[]): readonly string[] => some.map((attack) => attack.id)
  const stops = idsOf(attacks.filter(({ landsWithout }) => landsWithout.includes(id)))
  const needsAlso = ({ need, weakened }: MatrixVariant): boolean =>
    need.columns.includes(id) && weakened.outcome === 'landed'
  return {
    id,
    part,
    name,
    how,
    verdict: stops.length > 0 ? 'needed' : 'defence in depth',
    stops,
    tried: attacks.flatMap(({ variants }) => variants).filter(({ untouched }) => !untouched.includes(id)).length,
    stopsTogether: stops.length > 0 ? [] : idsOf(attacks.filter(({ variants }) => variants.some(needsAlso))),
  }
}

/** What is wrong, in sentences: an attack that the hardened servers do not stop, that lands nowhere, a cell that is unclear. */
export function findFaults({ attacks, checks }: Matrix): readonly string[] {
  return attacks.flatMap(({ id, variants, verdict }) => [
    ...variants.flatMap((variant) => faultsOf(variant, checks).map((fault) => `${id}, ${variant.title}: ${fault}`)),
    ...(verdict === 'was not seen to land' ? [`${id} was not seen to land anywhere`] : []),
  ])
}

function faultsOf(variant: MatrixVariant, checks: readonly MatrixCheck[]): readonly string[] {
  const { hardened, weakened, cells, stoppedAsExpected, expectedCode } = variant
  const said = `${hardened.outcome} with ${hardened.status} ${hardened.code ?? 'and no code'}`
  return [
    ...(stoppedAsExpected ? [] : [`the hardened servers: ${hardened.failure ?? said}, and not with ${expectedCode}`]),
    ...(weakened.outcome === 'landed' ? [] : [`its weakened server: ${weakened.failure ?? 'it does not land'}`]),
    ...cells.flatMap(({ outcome, failure }, place) =>
      outcome === 'unclear' ? [`without ${checks[place]?.id}: ${failure}`] : [],
    ),
  ]
}
