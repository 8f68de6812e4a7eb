/** Draws exchanges as a sequence: a column for each party, an arrow for each message, time running down. */
import type { NamedExchange } from '@countersign/lab'
import type { Terminal } from '../terminal/terminal.ts'
import { describeAnswer, describeCredentials, describeRequest } from './message.ts'
import { foldRepeats } from './repeats.ts'

/** From the edge to the first column, and from one to the next at least. */
const EDGE = 8
const NARROWEST = 26

/** What an arrow needs beside its label: both ends, the head, a blank on each side. */
const AROUND_LABEL = 6

/** From left to right; whoever does not take part has no column. */
const PARTIES = [
  'agent',
  'attestation issuer',
  'authorization server',
  'vuln-mcp',
  'vuln-mcp-b',
  'hardened-mcp',
  'hardened-mcp-b',
  'elsewhere',
  'attacker',
]

type Style = Terminal['style']
type Colour = Parameters<Style>[0]

/** How a drawing ends: red where the attacker wins, green where the defence holds. */
export interface Ending {
  readonly landed: boolean
}

/** One message. */
interface Arrow {
  readonly from: string
  readonly to: string
  readonly label: string
  /** Stands beside the drawing. */
  readonly margin: string
  readonly colour?: Colour
}

/** The lines of the drawing, columns first; what repeats itself is there once, and the last answer has the colour of the ending. */
export function drawExchanges(
  exchanges: readonly NamedExchange[],
  { landed }: Ending,
  style: Style,
): readonly string[] {
  const grid = layOut(exchanges)
  const draw = (exchange: NamedExchange, colour?: Colour): readonly string[] => [
    ...drawArrows(exchange, colour).map((arrow) => drawArrow(arrow, grid, style)),
    ...announceTheft(exchange, grid, style),
  ]
  const rows = foldRepeats(exchanges.slice(0, -1), describeWhole).flatMap(({ block, times }) => [
    ...block.flatMap((exchange) => draw(exchange)),
    ...(times === 1 ? [] : [`${drawLanes(grid)}   ${style('dim', `and ${times - 1} times more`)}`]),
  ])
  return [
    drawHeads(grid, style),
    ...rows,
    ...exchanges.slice(-1).flatMap((last) => draw(last, landed ? 'red' : 'green')),
  ]
}

/** Alike is what is drawn alike, whatever secrets are in it. */
function describeWhole(exchange: NamedExchange): string {
  return JSON.stringify([exchange.from, exchange.to, describeRequest(exchange), describeAnswer(exchange)])
}

/** The columns, from left to right, and how far they are apart. */
interface Grid {
  readonly lanes: readonly string[]
  readonly gap: number
}

/** Wide enough for every answer to be read whole. */
function layOut(exchanges: readonly NamedExchange[]): Grid {
  const widest = Math.max(0, ...exchanges.map((exchange) => describeAnswer(exchange).length))
  return {
    lanes: PARTIES.filter((party) => exchanges.some((each) => [each.from, partyOf(each.to)].includes(party))),
    gap: Math.max(NARROWEST, widest + AROUND_LABEL),
  }
}

/** The collector is the attacker's. */
function partyOf(name: string): string {
  return name === 'collector' ? 'attacker' : name
}

function drawArrows(exchange: NamedExchange, colour: Colour | undefined): readonly Arrow[] {
  const [from, to] = [exchange.from, partyOf(exchange.to)]
  const asked: Arrow = { from, to, label: describeRequest(exchange), margin: describeCredentials(exchange) }
  const answered: Arrow = { from: to, to: from, label: describeAnswer(exchange), margin: '' }
  return [asked, colour === undefined ? answered : { ...answered, colour }]
}

/** Credentials that reach the collector are the attacker's from now on. */
function announceTheft(exchange: NamedExchange, grid: Grid, style: Style): readonly string[] {
  const { authorization } = exchange.headers
  if (exchange.to !== 'collector' || authorization === undefined) return []
  const block = style('red', `EXFIL RECEIVED  ${authorization}`)
  return [`${drawLanes(grid, grid.lanes.length - 1)}${block}`]
}

function drawHeads({ lanes, gap }: Grid, style: Style): string {
  const line = lanes.reduce((text, lane, index) => {
    const start = Math.max(text.length + 1, centreOf(index, gap) - Math.floor(lane.length / 2))
    return text.padEnd(start) + lane
  }, '')
  return style('bold', line)
}

function centreOf(index: number, gap: number): number {
  return EDGE + index * gap
}

/** The lines of life, up to a column that something else is drawn at. */
function drawLanes({ lanes, gap }: Grid, until = lanes.length): string {
  const text = lanes.slice(0, until).reduce((line, _lane, index) => `${line.padEnd(centreOf(index, gap))}│`, '')
  return until === lanes.length ? text : text.padEnd(centreOf(until, gap) - EDGE)
}

function drawArrow({ from, to, label, margin, colour }: Arrow, grid: Grid, style: Style): string {
  const { lanes, gap } = grid
  const [start, end] = [centreOf(lanes.indexOf(from), gap), centreOf(lanes.indexOf(to), gap)]
  const [low, high] = [Math.min(start, end), Math.max(start, end)]
  const line = drawLanes(grid)
  const room = high - low - 5
  const text = label.length > room ? `${label.slice(0, room - 1)}…` : label
  const dashes = '─'.repeat(Math.max(0, room - text.length))
  const half = Math.floor(dashes.length / 2)
  const shaft = `─${dashes.slice(0, half)} ${text} ${dashes.slice(half)}`
  const arrow = start < end ? `${shaft}▶` : `◀${shaft}`
  const drawn = colour === undefined ? arrow : style(colour, arrow)
  const beside = margin === '' ? '' : `   ${style('dim', margin)}`
  return `${line.slice(0, low + 1)}${drawn}${line.slice(high)}${beside}`
}
