/** Who may ask the lab for what: this machine's browser from the lab's own page, and no web page beside it. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Where the lab is, and what its page knows. */
export interface Gate {
  readonly port: number
  /** Stands in the page, and in nothing that another origin can read. */
  readonly token: string
}

/** Carries the token: a header that a foreign page can't send without asking first, and nobody says yes. */
const TOKEN_HEADER = 'x-lab-token'

/** Why a request is refused. */
export type GateRefusal = 'host_not_allowed' | 'origin_not_allowed' | 'token_required'

/** Names of this machine only: a name that was made to point here is another (DNS rebinding). */
export function judgeRequest(request: IncomingMessage, { port, token }: Gate): GateRefusal | undefined {
  const origin = findOrigin(request, port)
  if (origin === undefined) return 'host_not_allowed'
  const origins = request.headersDistinct.origin ?? []
  if (origins.some((each) => each !== origin)) return 'origin_not_allowed'
  const isReading = request.method === 'GET' || request.method === 'HEAD'
  if (isReading) return isForeign(request) ? 'origin_not_allowed' : undefined
  if (origins.length !== 1 || !['same-origin', undefined].includes(siteOf(request))) return 'origin_not_allowed'
  return isToken(request.headersDistinct[TOKEN_HEADER], token) ? undefined : 'token_required'
}

function findOrigin({ headersDistinct }: IncomingMessage, port: number): string | undefined {
  const hosts = headersDistinct.host ?? []
  const known = [`127.0.0.1:${port}`, `localhost:${port}`].find((host) => hosts.length === 1 && host === hosts[0])
  return known === undefined ? undefined : `http://${known}`
}

/** A link may lead here from anywhere; nothing else of another site may load anything. */
function isForeign(request: IncomingMessage): boolean {
  const isLink = request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
  return !isLink && !['same-origin', 'none', undefined].includes(siteOf(request))
}

function siteOf({ headers }: IncomingMessage): string | undefined {
  return headers['sec-fetch-site']?.toString()
}

function isToken(given: readonly string[] = [], token: string): boolean {
  const [first = ''] = given
  const [one, other] = [Buffer.from(first), Buffer.from(token)]
  return given.length === 1 && one.length === other.length && timingSafeEqual(one, other)
}
