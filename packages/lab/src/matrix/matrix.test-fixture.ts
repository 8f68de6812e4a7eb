/** Rows that nobody ran, for what is concluded from them. */
import type { Attack, AttackVariant } from '../attack.ts'
import type { SceneOptions } from '../scene/scene-options.ts'
import type { Cell } from './cell.ts'
import { type Column, columns } from './column.ts'
import type { Row } from './row.ts'

export const landed: Cell = { outcome: 'landed', status: 200 }
export const stopped: Cell = { outcome: 'stopped', status: 401, code: 'invalid_token' }

/** Two columns of the guard. */
export const twoColumns: readonly Column[] = columns.filter(({ id }) =>
  ['guard:known_host', 'guard:audience'].includes(id),
)

const variant = (weakened: SceneOptions): AttackVariant => ({
  title: '<b>some way</b>',
  weakened,
  run: () => Promise.reject(new Error('nobody runs it')),
  stoppedBy: 'invalid_token',
  status: 401,
})

/** An attack with one variant that needs this. */
export const attackWith = (weakened: SceneOptions): Attack => ({
  id: 'T0',
  title: 'An attack <script>',
  source: { document: 'ours', section: 'none' },
  needs: 'nothing',
  steps: ['Something happens.'],
  analog: 'nothing',
  variants: [variant(weakened)],
})

/** A row with these cells, that landed on its weakened server. */
export const rowOf = (cells: readonly Cell[], more: Partial<Row> = {}): Row => ({
  hardened: {
    ...stopped,
    steps: [{ from: 'attacker', to: 'hardened-mcp', request: 'POST /mcp <i>', answer: '401 no' }],
    earlier: 0,
  },
  stoppedAsExpected: true,
  weakened: {
    ...landed,
    steps: [{ from: 'agent', to: 'attacker', request: 'POST /', stolen: 'DPoP ‹token 1›' }],
    earlier: 3,
  },
  cells,
  untouched: [],
  ...more,
})
