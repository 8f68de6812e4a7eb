/** The matrix for programs. */
import { findFaults, type Matrix, type MatrixVariant } from '@countersign/lab/matrix'

/** Without the drawings; names as they are usual in JSON here. */
export function describeMatrix(matrix: Matrix): object {
  const { checks, attacks, cells } = matrix
  const ids = checks.map(({ id }) => id)
  return {
    checks: checks.map(({ stopsTogether, ...check }) => ({ ...check, stops_together: stopsTogether })),
    attacks: attacks.map(({ id, title, verdict, isStopped, landsWithout, variants }) => ({
      id,
      title,
      verdict,
      hardened: isStopped ? 'stopped' : 'landed',
      lands_without: landsWithout,
      variants: variants.map((variant) => describeVariant(variant, ids)),
    })),
    cells,
    faults: findFaults(matrix),
  }
}

function describeVariant(variant: MatrixVariant, ids: readonly string[]): object {
  const { title, expectedCode, need, hardened, weakened, cells, untouched } = variant
  const where = (outcome: string): readonly string[] => ids.filter((_, place) => cells[place]?.outcome === outcome)
  const codes = ids.flatMap((id, place) => {
    const cell = cells[place]
    return cell?.outcome !== 'stopped' ? [] : [[id, cell.code ?? String(cell.status)] as const]
  })
  return {
    title,
    expected_code: expectedCode,
    hardened: { outcome: hardened.outcome, status: hardened.status, code: hardened.code ?? null },
    weakened: { outcome: weakened.outcome, lacks: need.columns, other_settings: need.settings },
    lands_without: where('landed'),
    broken_without: where('broken'),
    stopped_without: Object.fromEntries(codes),
    untouched,
  }
}
