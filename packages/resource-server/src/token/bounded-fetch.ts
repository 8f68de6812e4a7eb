/** Fetching an issuer's documents with bounds on time, size and redirects. */
import { isJsonObject, type JsonObject, parseStrictJson } from '@countersign/core'

const maxBytes = 256 * 1024
const defaultTimeoutMs = 10_000

/** Thrown for any answer that is not a small JSON object in time; the message names the cause and no content. */
export class FetchFailed extends Error {
  override readonly name = 'FetchFailed'
  readonly reason: string

  constructor(reason: string) {
    super(`the issuer's document could not be had: ${reason}`)
    this.reason = reason
  }
}

/** How a document is asked for, where a plain GET will not do. */
export interface DocumentRequest {
  /** Milliseconds for all of it; default 10,000. */
  readonly timeoutMs?: number
  /** Ends it before that. */
  readonly signal?: AbortSignal
  /** Posted, with headers of its own. */
  readonly form?: { readonly fields: URLSearchParams; readonly headers: Readonly<Record<string, string>> }
}

/**
 * Yields the JSON object at `url`, which has to be here whole within the time, and is read as every parser reads it.
 * Follows no redirect: an answer from elsewhere is not the issuer's. Rejects with `FetchFailed`.
 */
export async function fetchJsonObject(
  url: string,
  fetcher: typeof fetch,
  { timeoutMs = defaultTimeoutMs, signal: ended, form }: DocumentRequest = {},
): Promise<JsonObject> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = ended === undefined ? timeout : AbortSignal.any([timeout, ended])
  const headers = { accept: 'application/json', ...form?.headers }
  const posted = form === undefined ? {} : { method: 'POST', body: form.fields }
  let response: Response
  try {
    response = await beforeEnd(fetcher(url, { ...posted, headers, redirect: 'error', signal }), signal)
  } catch (error) {
    throw new FetchFailed(signal.aborted ? 'timeout' : readRefusal(error))
  }
  if (response.status !== 200) {
    void response.body?.cancel().catch(() => undefined)
    throw new FetchFailed(`status_${response.status}`)
  }
  return parseObject(await readText(response, signal))
}

/** Why a safe fetch refused, in its own constant word. */
function readRefusal(error: unknown): string {
  const named = error instanceof Error && error.name === 'FetchRefused' && 'reason' in error ? error.reason : undefined
  return typeof named === 'string' ? named : 'connection'
}

/** The work's result, or `FetchFailed` once the signal says so, also where the work itself does not heed it. */
export function beforeEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new FetchFailed('timeout'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

async function readText({ body }: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = body?.getReader()
  let text = ''
  let bytes = 0
  try {
    while (reader !== undefined) {
      const { done, value } = await beforeEnd(reader.read(), signal)
      if (done) break
      bytes += value.byteLength
      if (bytes > maxBytes) break
      text += decoder.decode(value, { stream: true })
    }
    text += decoder.decode()
  } catch {
    void reader?.cancel().catch(() => undefined)
    throw new FetchFailed(signal.aborted ? 'timeout' : 'body')
  }
  if (bytes <= maxBytes) return text
  void reader?.cancel().catch(() => undefined)
  throw new FetchFailed('size')
}

function parseObject(text: string): JsonObject {
  const parsed = parseStrictJson(text)
  if (!parsed.ok) throw new FetchFailed(parsed.reason === 'syntax' ? 'json' : `json_${parsed.reason}`)
  const { value } = parsed
  if (!isJsonObject(value)) throw new FetchFailed('json')
  return value
}
