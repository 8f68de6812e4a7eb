/** Fetching an issuer's documents with bounds on time, size and redirects. */

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

/**
 * Yields the JSON object at `url`, which has to be here whole within `timeoutMs`. Follows no redirect: an answer from
 * elsewhere is not the issuer's. Rejects with `FetchFailed`.
 */
export async function fetchJsonObject(
  url: string,
  fetcher: typeof fetch,
  timeoutMs = defaultTimeoutMs,
): Promise<Record<string, unknown>> {
  const signal = AbortSignal.timeout(timeoutMs)
  let response: Response
  try {
    response = await fetcher(url, { redirect: 'error', signal, headers: { accept: 'application/json' } })
  } catch {
    throw new FetchFailed(signal.aborted ? 'timeout' : 'connection')
  }
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new FetchFailed(`status_${response.status}`)
  }
  return parseObject(await readText(response, signal))
}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) break
      text += decoder.decode(chunk, { stream: true })
    }
    text += decoder.decode()
  } catch {
    throw new FetchFailed(signal.aborted ? 'timeout' : 'body')
  }
  if (bytes > maxBytes) throw new FetchFailed('size')
  return text
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new FetchFailed('json')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FetchFailed('json')
  return value as Record<string, unknown>
}
