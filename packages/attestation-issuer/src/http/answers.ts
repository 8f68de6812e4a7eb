/** The answers of the issuer: JSON that no cache keeps, and documents that caches keep for a moment. */

/** OAuth's shape of an error (RFC 6749 §5.2), with the codes of draft-ietf-oauth-attestation-based-client-auth. */
export interface ErrorAnswer {
  readonly status: 400 | 401 | 404 | 405 | 413 | 415 | 503
  readonly error: string
  readonly description: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Seconds: a revocation is to be seen soon. */
const FRESH_FOR = 60

/** Answers 200 with JSON for this caller alone. */
export function answerJson(body: object): Response {
  return new Response(JSON.stringify(body), { status: 200, headers: { ...COMMON, ...JSON_TYPE, ...UNCACHED } })
}

/** Answers 200 with a document for everybody. */
export function answerDocument(body: string, type: string): Response {
  const headers = { ...COMMON, 'Content-Type': type, 'Cache-Control': `public, max-age=${FRESH_FOR}` }
  return new Response(body, { status: 200, headers })
}

/** Answers with an error. */
export function answerError({ status, error, description, headers = {} }: ErrorAnswer): Response {
  const body = JSON.stringify({ error, error_description: description })
  return new Response(body, { status, headers: { ...COMMON, ...JSON_TYPE, ...UNCACHED, ...headers } })
}

const COMMON = { 'X-Content-Type-Options': 'nosniff' }
const JSON_TYPE = { 'Content-Type': 'application/json' }
const UNCACHED = { 'Cache-Control': 'no-store' }
