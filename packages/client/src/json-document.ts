/** Fetches one small JSON document from a server that is not trusted: bounded in size and time, no redirect followed. */
import { parseStrictJson } from '@countersign/core'
import { type AuthorizationRefusalCode, AuthorizationRefused } from './authorization-refused.ts'
import { readBounded } from './bounded-bytes.ts'
import { isObject } from './json-members.ts'
import { decodeUtf8 } from './utf8.ts'

/** What came back; `document` is undefined when the body is no unambiguous JSON object. */
export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  readonly document: Readonly<Record<string, unknown>> | undefined
}

/** How much is taken and how long is waited. */
export interface DocumentLimits {
  /** Octets. */
  readonly size: number
  /** Milliseconds, from the request until the last octet. */
  readonly time: number
}

/** 256 KiB, 10 s. */
export const documentLimits: DocumentLimits = { size: 256 * 1024, time: 10_000 }

/** Which document, and which code its failures carry. */
export interface DocumentRole {
  readonly name: string
  readonly failure: AuthorizationRefusalCode
}

/**
 * Requests a JSON document.
 *
 * @throws AuthorizationRefused with the role's code when the server cannot be reached, is too slow or sends too much
 */
export async function fetchJsonDocument(
  request: { readonly fetch: typeof fetch; readonly url: string; readonly init?: RequestInit },
  role: DocumentRole,
  limits: DocumentLimits = documentLimits,
): Promise<JsonAnswer> {
  const signal = AbortSignal.timeout(limits.time)
  try {
    const response = await request.fetch(request.url, { ...request.init, redirect: 'manual', signal })
    const bytes = response.body === null ? new Uint8Array() : await readBounded(response.body, limits.size)
    if (bytes === undefined) throw refusal(role, `is larger than ${limits.size} bytes`)
    return { status: response.status, headers: response.headers, document: parseObject(bytes) }
  } catch (error) {
    if (error instanceof AuthorizationRefused) throw error
    // The original error is left out: a replaced fetch may have put the request, with its credentials, into it.
    throw refusal(role, signal.aborted ? `did not arrive within ${limits.time} ms` : 'cannot be reached')
  }
}

function refusal(role: DocumentRole, what: string): AuthorizationRefused {
  return new AuthorizationRefused(role.failure, `The ${role.name} ${what}.`)
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const text = decodeUtf8(bytes)
  if (text === undefined) return undefined
  const parsed = parseStrictJson(text)
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined
}
