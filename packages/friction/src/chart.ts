/** A simulation as a picture: friction over time, a line for each tool, in one SVG that needs nothing else. */
import { frictionLevels } from './decision.ts'
import type { SimulatedCall } from './simulation.ts'

/** Pixels. */
export interface FrictionChartOptions {
  /** 200 to 4000; 800 where left out. */
  readonly width?: number
  /** 100 to 4000; 320 where left out. */
  readonly height?: number
}

const MARGIN = { left: 44, right: 12, top: 24, bottom: 28 } as const
/** Told apart also by those who do not see all colours (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const

interface Area {
  readonly width: number
  readonly height: number
  readonly x: (time: number) => number
  readonly y: (friction: number) => number
}

/** Draws a series: lines of friction, marks where calls were blocked or sent to a person, and the levels. */
export function renderFrictionChart(
  series: readonly SimulatedCall[],
  { width = 800, height = 320 }: FrictionChartOptions = {},
): string {
  const area = measure(series, bound(width, 200), bound(height, 100))
  const tools = [...new Set(series.map(({ tool }) => tool))]
  const drawn = tools.map((tool, position) =>
    drawTool(
      series.filter((call) => call.tool === tool),
      area,
      { tool, position },
    ),
  )
  const box = `width="${area.width}" height="${area.height}" viewBox="0 0 ${area.width} ${area.height}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="sans-serif" font-size="11" role="img">`,
    '<title>Friction over time</title>',
    `<rect width="${area.width}" height="${area.height}" fill="#fff"/>`,
    ...drawLevels(area),
    ...drawTimes(series, area),
    ...drawn,
    '</svg>',
  ].join('\n')
}

function bound(pixels: number, least: number): number {
  return Number.isFinite(pixels) ? Math.min(4000, Math.max(least, Math.round(pixels))) : least
}

function measure(series: readonly SimulatedCall[], width: number, height: number): Area {
  const { start, end } = spanOf(series)
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom }
  const duration = end - start || 1
  return {
    width,
    height,
    x: (time) => round(MARGIN.left + ((time - start) / duration) * inner.width),
    y: (friction) => round(MARGIN.top + (1 - friction) * inner.height),
  }
}

/** From the earliest call to the latest; a loop, as an argument list has an end. */
export function spanOf(series: readonly SimulatedCall[]): { readonly start: number; readonly end: number } {
  let start = series[0]?.time ?? 0
  let end = start
  for (const { time } of series) {
    start = Math.min(start, time)
    end = Math.max(end, time)
  }
  return { start, end }
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}

function drawLevels({ width, y }: Area): readonly string[] {
  return [['0', 0], ...Object.entries(frictionLevels), ['1', 1]].flatMap(([name, friction]) => {
    const height = y(Number(friction))
    return [
      `<line x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${height}" y2="${height}" stroke="#ccc"/>`,
      name === '1' ? '' : `<text x="${MARGIN.left - 4}" y="${height + 4}" text-anchor="end">${name}</text>`,
    ]
  })
}

function drawTimes(series: readonly SimulatedCall[], { height, x }: Area): readonly string[] {
  const { start, end } = spanOf(series)
  return [
    `<text x="${x(start)}" y="${height - 10}">${start} s</text>`,
    `<text x="${x(end)}" y="${height - 10}" text-anchor="end">${end} s</text>`,
  ]
}

function drawTool(
  calls: readonly SimulatedCall[],
  { x, y }: Area,
  { tool, position }: { readonly tool: string; readonly position: number },
): string {
  const colour = COLOURS[position % COLOURS.length] ?? '#000000'
  const points = calls.map(({ time, friction }) => `${x(time)},${y(friction)}`).join(' ')
  const marks = calls.flatMap(({ time, friction, decision }) => {
    if (decision.outcome === 'allowed') return []
    const fill = decision.outcome === 'blocked' ? colour : '#fff'
    return `<circle cx="${x(time)}" cy="${y(friction)}" r="2.5" fill="${fill}" stroke="${colour}"/>`
  })
  const label = `<text x="${MARGIN.left + position * 120}" y="14" fill="${colour}">${escapeText(tool)}</text>`
  return [label, `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>`, ...marks].join(
    '\n',
  )
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A name out of a trace may be anything; what XML cannot hold becomes a question mark. */
function escapeText(text: string): string {
  return plainText(text, 18).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
}

/** A name cut to a length, without control, format and other invisible characters. */
export function plainText(text: string, length: number): string {
  const plain = text.slice(0, 200).replace(/[\p{C}\p{Z}]/gu, (character) => (character === ' ' ? ' ' : '?'))
  const characters = [...plain]
  return characters.length <= length ? plain : `${characters.slice(0, length - 1).join('')}…`
}
