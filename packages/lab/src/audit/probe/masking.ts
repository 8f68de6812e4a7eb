/** Secrets out of what reports show: each is replaced by a name with a number, the same secret always by the same. */
import type { EvidenceExchange, Exchange, ProbeRequest } from './exchange.ts'

/** What a secret is called. */
export type SecretKind = 'token' | 'proof' | 'assertion' | 'session' | 'key' | 'nonce'

/** Remembers secrets and masks them. */
export interface Masking {
  /** Takes note of a secret; shorter than 8 characters is none. */
  conceal(kind: SecretKind, secret: string): void
  mask(text: string): string
  /** Whether an answer repeats a token that is known. */
  holdsToken(exchange: Exchange): boolean
  /** An exchange made fit for reports. */
  toEvidence(exchange: Exchange): EvidenceExchange
}

/** What looks like a JWT is a secret also where nobody said so: tokens that a server made up, and those we altered. */
const JWT = /(?<![\w-])eyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*)?/g

/** Members and parameters whose values are secret wherever they stand. */
const SECRET_MEMBERS =
  /("(?:access_token|refresh_token|id_token|client_secret|client_assertion|d|code)"\s*:\s*")[^"]{4,}(")/g
const SECRET_PARAMETERS = /\b((?:access_token|refresh_token|client_secret|client_assertion|code|token)=)[^&\s"]{4,}/g

/** Texts are cut after so many characters. */
const EXCERPT = 1_500

/** No more than so many are looked at. */
const LOOKED_AT = 32_768

/** Starts with no secret known. */
export function createMasking(): Masking {
  const names = new Map<string, string>()
  const tokens: string[] = []
  const counts = new Map<SecretKind, number>()

  function conceal(kind: SecretKind, secret: string): void {
    if (secret.length < 8 || names.has(secret)) return
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    if (kind === 'token') tokens.push(secret)
    names.set(secret, `‹${kind} ${count}›`)
  }

  function mask(text: string): string {
    let masked = text
    // The longest first: an altered token may hold a whole one.
    for (const [secret, name] of [...names].sort(([a], [b]) => b.length - a.length)) {
      masked = masked.replaceAll(secret, name).replaceAll(encodeURIComponent(secret), name)
    }
    return masked
      .replace(JWT, '‹jwt›')
      .replace(SECRET_MEMBERS, '$1‹secret›$2')
      .replace(SECRET_PARAMETERS, (whole, name: string) => (whole.includes('‹') ? whole : `${name}‹secret›`))
  }

  const excerpt = (text: string): string => {
    // Masked before it is cut: a half secret would no longer be recognised.
    const masked = mask(cutAtGap(text))
    const isWhole = masked.length <= EXCERPT && text.length <= LOOKED_AT
    return isWhole ? masked : `${masked.slice(0, EXCERPT)}… (${text.length} characters)`
  }

  const toEvidence = ({ request, status, headers, body, failure }: Exchange): EvidenceExchange => ({
    request: excerpt(`${methodOf(request)} ${request.url}`),
    requestHeaders: (request.headers ?? []).map(([name, value]) => excerpt(`${name}: ${value}`)),
    requestBody: excerpt(request.body ?? ''),
    response: [status === 0 ? 'no answer' : String(status), failure].filter((part) => part !== undefined).join(', '),
    responseHeaders: Object.entries(headers).flatMap(([name, values]) =>
      values.map((value) => excerpt(`${name}: ${value}`)),
    ),
    responseBody: excerpt(body),
  })

  const holdsToken = ({ body, headers }: Exchange): boolean => {
    const told = [body, ...Object.values(headers).flat()]
    return tokens.some((token) => told.some((text) => text.includes(token)))
  }

  return { conceal, mask, holdsToken, toEvidence }
}

/** Cuts a long text where no secret can be in two: at a blank or a quotation mark. */
function cutAtGap(text: string): string {
  if (text.length <= LOOKED_AT) return text
  const head = text.slice(0, LOOKED_AT)
  return head.slice(0, Math.max(0, ...[' ', '\n', '"'].map((gap) => head.lastIndexOf(gap))))
}

/** The method that goes out. */
export function methodOf({ method, body, announcedLength }: ProbeRequest): string {
  return method ?? (body === undefined && announcedLength === undefined ? 'GET' : 'POST')
}
