/** The messages of a run as they are drawn: who to whom, in a few words each way, secrets masked. */
import { maskSecrets } from '../recording/mask.ts'
import type { Exchange } from '../recording/recording.ts'
import type { NamedExchange } from '../run-attack.ts'

/** A request with its answer. */
export interface DrawnStep {
  readonly from: string
  readonly to: string
  /** Such as `POST /mcp read_notes`. */
  readonly request: string
  /** Such as `401 replay_detected`. */
  readonly answer?: string
  /** What the attacker's collector received, masked. */
  readonly stolen?: string
}

/** The messages of a run. */
export interface Drawing {
  readonly steps: readonly DrawnStep[]
  /** How many came before these. */
  readonly earlier: number
}

/** The last so many are drawn: of an attack by the hundred, one looks like another. */
const MOST = 40

/** Describes them. */
export function drawExchanges(exchanges: readonly NamedExchange[]): Drawing {
  const last = exchanges.slice(-MOST)
  const steps = maskSecrets(last).map((exchange, index) => describeStep(exchange, last[index]?.to ?? ''))
  return { steps, earlier: exchanges.length - last.length }
}

function describeStep(exchange: Exchange, to: string): DrawnStep {
  const { from, answer, headers } = exchange
  const isCollector = to === 'collector'
  return {
    // What is asked for as a page is asked for by a person's browser.
    from: from === 'agent' && headers.accept === 'text/html' ? 'person' : from,
    to: isCollector ? 'attacker' : to,
    request: describeRequest(exchange),
    ...(answer !== undefined && { answer: describeAnswer(answer) }),
    ...(isCollector && headers.authorization !== undefined && { stolen: headers.authorization }),
  }
}

function describeRequest({ method, url, headers, body }: Exchange): string {
  const call = headers['content-type']?.includes('json') === true ? describeCall(parse(body)) : ''
  return [method, URL.parse(url)?.pathname ?? '', call].filter((word) => word !== '').join(' ')
}

function describeCall(message: unknown): string {
  if (Array.isArray(message)) return `${message.length} calls`
  const params = read(message, 'params')
  return firstText([read(params, 'name'), read(params, 'uri'), read(message, 'method')])
}

function describeAnswer({ status, body }: NonNullable<Exchange['answer']>): string {
  const message = parse(body)
  return `${status} ${firstText([read(message, 'code'), read(message, 'error')])}`.trimEnd()
}

function firstText(values: readonly unknown[]): string {
  const found = values.find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : ''
}

function read(value: unknown, member: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
