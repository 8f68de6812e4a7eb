/** The ablation matrix: which attacks land on the hardened servers without which check. */
export { type Column, type ColumnPart, columns, settingsWithout } from './column.ts'
export { computeMatrix, type MatrixOptions } from './compute-matrix.ts'
export {
  type AttackVerdict,
  type CheckVerdict,
  findFaults,
  type Matrix,
  type MatrixAttack,
  type MatrixCheck,
  type MatrixVariant,
} from './matrix.ts'
export { describeNeed, findOwnColumn, type Need } from './need.ts'
export { writeMatrixPage } from './page/page.ts'
export { describeLack, describeWorth, partWords } from './wording.ts'
