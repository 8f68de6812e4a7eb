/** Writes down every HTTP exchange of a run, whoever makes it, without being handed from function to function. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** Who sends. */
export type Sender = 'agent' | 'attacker'

/** One request with its answer, whole. */
export interface Exchange {
  readonly from: Sender
  readonly method: string
  readonly url: string
  /** Several values of one name are joined with a line feed, as they went out line by line. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Undefined while there is none, and where none came. */
  readonly answer?: ExchangeAnswer
}

/** What came back. */
export interface ExchangeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Told of every request and every answer as it is written down; what it is given is all that there is so far. */
export type Noted = (exchanges: readonly Exchange[]) => void

interface Recording {
  readonly sender: Sender
  readonly exchanges: Exchange[]
  readonly noted: Noted
}

const current = new AsyncLocalStorage<Recording>()

/** What a run yielded, and what it sent. */
export interface Recorded<T> {
  readonly result: T
  readonly exchanges: readonly Exchange[]
}

/** Runs `work` and writes down what it sends, in the order of sending; runs beside it do not mix with it. */
export async function recordExchanges<T>(work: () => Promise<T>, noted: Noted = () => {}): Promise<Recorded<T>> {
  const exchanges: Exchange[] = []
  const result = await current.run({ sender: 'agent', exchanges, noted }, work)
  return { result, exchanges: [...exchanges] }
}

/** What `work` sends, the attacker sends. */
export function asAttacker<T>(work: () => Promise<T>): Promise<T> {
  const { exchanges = [], noted = () => {} } = current.getStore() ?? {}
  return current.run({ sender: 'attacker', exchanges, noted }, work)
}

/** What the run that this is part of has sent so far. */
export function sentSoFar(): readonly Exchange[] {
  return [...(current.getStore()?.exchanges ?? [])]
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Notes a request of the run that this is part of; the function that it yields notes the answer. */
export function noteRequest(
  request: Omit<Exchange, 'from' | 'headers' | 'answer'> & { readonly headers: Headers },
): (answer: Omit<ExchangeAnswer, 'headers'> & { readonly headers: Headers }) => void {
  const recording = current.getStore()
  if (recording === undefined) return () => {}
  const { exchanges, sender, noted } = recording
  const exchange = { ...request, from: sender, headers: flatten(request.headers) }
  const index = exchanges.push(exchange) - 1
  noted(exchanges)
  return (answer) => {
    exchanges[index] = { ...exchange, answer: { ...answer, headers: flatten(answer.headers) } }
    noted(exchanges)
  }
}

function flatten(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join('\n')]],
    ),
  )
}

/** The global fetch; what goes through it is noted. */
export async function recordedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init)
  const { method, url, headers } = request
  const body = await request.clone().text()
  const noteAnswer = noteRequest({ method, url, headers: Object.fromEntries(headers), body })
  const response = await fetch(request)
  const answered = { ...Object.fromEntries(response.headers), 'set-cookie': response.headers.getSetCookie() }
  noteAnswer({ status: response.status, headers: answered, body: await response.clone().text() })
  return response
}
