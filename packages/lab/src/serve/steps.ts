/** Turns what was written down of a run into steps for the page, with every secret masked. */
import { maskSecrets } from '../recording/mask.ts'
import type { Exchange } from '../recording/recording.ts'
import type { HttpMessage, Step } from './events.ts'

/** As many as anybody reads: of those that come by the hundred the first are shown, and the last once it is over. */
const FIRST_STEPS = 100
const LAST_STEPS = 20

/** The name that a secret was given, as a URL writes it. */
const NAME_IN_PATH = /%E2%80%B9[\w%]*?%E2%80%BA/g

/** Characters of a body that are shown. */
const LONGEST_BODY = 8_192

/** What was written down of a run. */
export interface WrittenDown {
  readonly exchanges: readonly Exchange[]
  readonly isOver: boolean
}

/** The steps of a run so far; `nameOf` says who answers at an address. */
export function describeSteps({ exchanges, isOver }: WrittenDown, nameOf: (url: string) => string): readonly Step[] {
  const end = isOver ? exchanges.length - LAST_STEPS : exchanges.length
  const shown = [...exchanges.entries()].filter(([index]) => index < FIRST_STEPS || index >= end)
  const masked = maskSecrets(shown.map(([, exchange]) => exchange))
  return masked.flatMap((exchange, place) => {
    const [index, { url }] = shown[place] ?? [place, exchange]
    return describeStep(exchange, index, nameOf(url))
  })
}

function describeStep(exchange: Exchange, index: number, name: string): Step {
  const { headers, answer } = exchange
  const stolen = name === 'collector' ? headers.authorization : undefined
  return {
    index,
    from: nameSender(exchange),
    to: name === 'collector' ? 'attacker' : name,
    request: describeRequest(exchange),
    carries: describeCredentials(headers),
    ...(answer !== undefined && { answer: describeAnswer(answer), status: answer.status }),
    ...(stolen !== undefined && { stolen }),
    http: {
      request: writeMessage(`${exchange.method} ${exchange.url}`, exchange),
      ...(answer !== undefined && { answer: writeMessage(String(answer.status), answer) }),
    },
  }
}

/** What is asked for as a page is asked for by a person's browser. */
function nameSender({ from, headers }: Exchange): string {
  return from === 'agent' && headers.accept === 'text/html' ? 'person' : from
}

function describeRequest({ method, url, headers, body }: Exchange): string {
  const path = (URL.parse(url)?.pathname ?? url).replaceAll(NAME_IN_PATH, (name) => decodeURIComponent(name))
  const call = headers['content-type']?.includes('json') === true ? describeCall(body) : ''
  return [method, path, call].filter((word) => word !== '').join(' ')
}

function describeCall(body: string): string {
  const message = parse(body)
  if (Array.isArray(message)) return `${message.length} calls`
  const { method, params } = message
  const { name, uri } = typeof params === 'object' && params !== null ? { ...toRecord(params) } : {}
  const [word = ''] = [name, uri, method].filter((each) => typeof each === 'string')
  return word
}

function describeCredentials({
  authorization,
  dpop,
  'oauth-client-attestation': attestation,
}: Exchange['headers']): string {
  return [authorization, dpop, attestation].flatMap((each) => each?.split('\n') ?? []).join(', ')
}

function describeAnswer({ status, body }: NonNullable<Exchange['answer']>): string {
  const message = parse(body)
  const { code, error } = Array.isArray(message) ? {} : message
  const [word] = [code, error].filter((each) => typeof each === 'string')
  return word === undefined ? String(status) : `${status} ${word}`
}

function parse(text: string): Readonly<Record<string, unknown>> | unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value)) return value
    return typeof value === 'object' && value !== null ? toRecord(value) : {}
  } catch {
    return {}
  }
}

function toRecord(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value))
}

function writeMessage(line: string, { headers, body }: Pick<Exchange, 'headers' | 'body'>): HttpMessage {
  const left = body.length - LONGEST_BODY
  return {
    line,
    headers: Object.entries(headers).flatMap(([name, values]) =>
      values === '' ? [] : values.split('\n').map((value) => [name, value] as const),
    ),
    body: left > 0 ? `${body.slice(0, LONGEST_BODY)}… and ${left} characters more` : body,
  }
}
