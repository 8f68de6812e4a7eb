/** A simulation as text, for a terminal: a row for each tool, friction in eight heights, refusals beneath. */
import { plainText, spanOf } from './chart.ts'
import type { SimulatedCall } from './simulation.ts'

const HEIGHTS = ' ▁▂▃▄▅▆▇█'

interface Column {
  readonly friction: number
  readonly mark: string
}

/**
 * Draws a series.
 *
 * @param width columns for the time, 10 to 500; 72 where left out
 */
export function renderFrictionText(series: readonly SimulatedCall[], width = 72): string {
  const columns = Number.isFinite(width) ? Math.min(500, Math.max(10, Math.round(width))) : 72
  const { start, end } = spanOf(series)
  const tools = [...new Set(series.map(({ tool }) => tool))]
  const rows = tools.flatMap((tool) => {
    const drawn = drawTool(
      series.filter((call) => call.tool === tool),
      { start, duration: end - start || 1, columns },
    )
    const marks = drawn
      .map(({ mark }) => mark)
      .join('')
      .trimEnd()
    const line = drawn.map(({ friction }) => HEIGHTS[Math.ceil(friction * 8)] ?? ' ').join('')
    return [plainText(tool, columns), line, ...(marks === '' ? [] : [marks])]
  })
  return [...rows, `${start} s to ${end} s   ? a person is asked   ! blocked`].join('\n')
}

/** The greatest friction of each column, and the worst that happened in it. */
function drawTool(
  calls: readonly SimulatedCall[],
  { start, duration, columns }: { readonly start: number; readonly duration: number; readonly columns: number },
): readonly Column[] {
  const drawn: Column[] = Array.from({ length: columns }, () => ({ friction: 0, mark: ' ' }))
  for (const { time, friction, decision } of calls) {
    const position = Math.min(columns - 1, Math.floor(((time - start) / duration) * columns))
    const before = drawn[position] ?? { friction: 0, mark: ' ' }
    const mark = decision.outcome === 'blocked' ? '!' : decision.outcome === 'approval' ? '?' : ' '
    const worst = before.mark === '!' || mark === ' ' ? before.mark : mark
    drawn[position] = { friction: Math.max(before.friction, friction), mark: worst }
  }
  return drawn
}
