/** What one exchange is called in a drawing: in a few words each way. */
import type { NamedExchange } from '@countersign/lab'

/** Such as `POST /mcp delete_note`. */
export function describeRequest({ method, url, headers, body }: NamedExchange): string {
  const { pathname } = new URL(url)
  const what = headers['content-type']?.includes('json') === true ? describeCall(body) : ''
  return [method, pathname, what].filter((word) => word !== '').join(' ')
}

function describeCall(body: string): string {
  const message = parse(body)
  if (Array.isArray(message)) return `${message.length} calls`
  const { method, params } = message as { method?: unknown; params?: { name?: unknown; uri?: unknown } }
  return String(params?.name ?? params?.uri ?? method ?? '')
}

/** Such as `401 replay_detected`. */
export function describeAnswer({ answer }: NamedExchange): string {
  if (answer === undefined) return 'no answer'
  const { code, error } = parse(answer.body) as { code?: unknown; error?: unknown }
  const word = [code, error].find((each) => typeof each === 'string')
  return [String(answer.status), word].filter((each) => each !== undefined).join(' ')
}

/** The credentials that a request carries, as they stand in it. */
export function describeCredentials({ headers }: NamedExchange): string {
  const { authorization, dpop, 'oauth-client-attestation': attestation } = headers
  return [authorization, dpop, attestation].flatMap((each) => each?.split('\n') ?? []).join(', ')
}

/** The request and the answer whole, line by line. */
export function writeOut({ method, url, headers, body, answer }: NamedExchange): readonly string[] {
  const lines = (all: Readonly<Record<string, string>>): string[] =>
    Object.entries(all).flatMap(([name, values]) => values.split('\n').map((value) => `${name}: ${value}`))
  const request = [`> ${method} ${url}`, ...lines(headers).map((line) => `> ${line}`), ...quote('>', body)]
  if (answer === undefined) return [...request, '< no answer']
  return [
    ...request,
    `< ${answer.status}`,
    ...lines(answer.headers).map((line) => `< ${line}`),
    ...quote('<', answer.body),
  ]
}

function quote(mark: string, body: string): readonly string[] {
  return body === '' ? [] : ['', ...body.trimEnd().split('\n')].map((line) => `${mark} ${line}`.trimEnd())
}

function parse(body: string): object {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
