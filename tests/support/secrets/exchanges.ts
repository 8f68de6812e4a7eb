/** What went over the wire, kept whole, with the secrets that were made or sent on it. */
import { type Answer, type Sending, send } from '@countersign/lab'
import type { Hunt, SecretKind } from './hunt.ts'

/** One request with its answer. */
interface Exchange {
  /** Such as `POST /token`. */
  readonly name: string
  /** The URL, with its query. */
  readonly target: string
  readonly answer: Pick<Answer, 'status' | 'headers' | 'body'>
}

/** Sends, and keeps. */
export interface Wire {
  readonly exchanges: readonly Exchange[]
  /** One request on a connection of its own, as given. */
  send(url: string, sending: Sending): Promise<Answer>
  /** In the place of the global one, for browsers and agents. */
  readonly fetch: typeof fetch
}

/** Every secret that goes by is added to the hunt. */
export function createWire(hunt: Hunt): Wire {
  const exchanges: Exchange[] = []
  const originalFetch = fetch

  function keep(method: string, url: string, answer: Exchange['answer']): void {
    exchanges.push({ name: `${method} ${new URL(url).pathname}`, target: url, answer })
    learnFromAnswer(answer, hunt)
  }

  return {
    exchanges,
    async send(url, sending) {
      learnFromRequest(new Headers(joinValues(sending.headers)), String(sending.body ?? ''), hunt)
      const answer = await send(url, sending)
      keep(sending.method ?? 'POST', url, answer)
      return answer
    },
    async fetch(input, init) {
      const request = new Request(input, init)
      learnFromRequest(request.headers, await request.clone().text(), hunt)
      const response = await originalFetch(request)
      const headers = { ...Object.fromEntries(response.headers), 'set-cookie': response.headers.getSetCookie() }
      keep(request.method, request.url, { status: response.status, headers, body: await response.clone().text() })
      return response
    },
  }
}

function joinValues(headers: Sending['headers'] = {}): [string, string][] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  )
}

const FORM_FIELDS: Readonly<Record<string, SecretKind>> = {
  client_assertion: 'assertion',
  instance_proof: 'proof',
  code: 'code',
  code_verifier: 'code_verifier',
  refresh_token: 'refresh_token',
  token: 'access_token',
  password: 'password',
  form_token: 'form_token',
}

function learnFromRequest(headers: Headers, body: string, hunt: Hunt): void {
  const [, token] = headers.get('authorization')?.split(' ') ?? []
  if (token !== undefined) hunt.add('access_token', token)
  for (const proof of headers.get('dpop')?.split(', ') ?? []) hunt.add('proof', proof)
  const attestation = headers.get('oauth-client-attestation')
  if (attestation !== null) hunt.add('attestation', attestation)
  if (!headers.get('content-type')?.includes('form')) return
  for (const [name, value] of new URLSearchParams(body)) {
    const kind = FORM_FIELDS[name]
    if (kind !== undefined) hunt.add(kind, value)
  }
}

function learnFromAnswer({ headers, body }: Exchange['answer'], hunt: Hunt): void {
  for (const cookie of [headers['set-cookie'] ?? []].flat()) hunt.add('cookie', readCookie(cookie))
  const code = URL.parse(String(headers.location))?.searchParams.get('code')
  if (code) hunt.add('code', code)
  for (const kind of ['access_token', 'refresh_token', 'attestation'] as const) {
    const [, token] = new RegExp(`"${kind}":"([^"]+)"`).exec(body) ?? []
    if (token !== undefined) hunt.add(kind, token)
  }
  for (const [, token = ''] of body.matchAll(/name="form_token" value="([^"]*)"/g)) hunt.add('form_token', token)
}

/** An interaction's id stands in its address as well; what makes its cookie good is the signature, a cookie of its own. */
function readCookie(line: string): string {
  const [pair = ''] = line.split(';')
  return /^_interaction(_resume)?=/.test(pair) ? '' : pair.slice(pair.indexOf('=') + 1)
}
