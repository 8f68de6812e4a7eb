/** A figure with the bound that it has to keep. */
export interface Goal {
  readonly name: string
  readonly value: number
  readonly unit: '×' | 'MB' | 'B'
  readonly bound: { readonly atMost: number } | { readonly atLeast: number }
}

export function isMet({ value, bound }: Goal): boolean {
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast
}

/** One line of the report. */
export function describeGoal(goal: Goal): string {
  const { name, value, unit, bound } = goal
  const wanted = 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`
  return `${isMet(goal) ? 'met   ' : 'MISSED'}  ${value.toFixed(2)} ${unit}  (${wanted})  ${name}`
}
