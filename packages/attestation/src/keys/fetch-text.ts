/** One fetch of an issuer's document: bounded in size, from where it was configured and nowhere else. */

/** Thrown when there is no document; `reason` is a constant word, and nothing of the answer is in the message. */
export class FetchFailed extends Error {
  override readonly name: string = 'FetchFailed'
  readonly reason: string
  /** Whether it may be another matter at once: a server that says "no" would only say so again. */
  readonly mayPass: boolean

  constructor(reason: string, mayPass: boolean) {
    super(`the issuer's keys could not be fetched: ${reason}`)
    this.reason = reason
    this.mayPass = mayPass
  }
}

/** Thrown when nobody was even asked, because that was done often enough, or to no avail: `breaker_open` or `budget`. */
export class FetchWithheld extends FetchFailed {
  override readonly name = 'FetchWithheld'

  constructor(reason: 'breaker_open' | 'budget') {
    super(reason, false)
  }
}

/** Octets of a document. */
export const longestDocument = 1_048_576

const ACCEPT = 'application/jwk-set+jwt, application/jwk-set+json, application/json'
const PASSING = new Set(['connection', 'dns', 'timeout'])

/** Yields the body of a 200. Follows no redirect. Rejects with `FetchFailed`; heeds the signal as far as the fetch does. */
export async function fetchText(url: string, fetcher: typeof fetch, signal: AbortSignal): Promise<string> {
  let response: Response
  try {
    response = await fetcher(url, { headers: { accept: ACCEPT }, redirect: 'error', signal })
  } catch (error) {
    const reason = readRefusal(error)
    throw new FetchFailed(reason, PASSING.has(reason))
  }
  if (response.status !== 200) {
    void response.body?.cancel().catch(() => undefined)
    throw new FetchFailed(`status_${response.status}`, response.status >= 500 || response.status === 429)
  }
  return readText(response)
}

/** Why a safe fetch refused, in its own constant word. */
function readRefusal(error: unknown): string {
  const named = error instanceof Error && error.name === 'FetchRefused' && 'reason' in error ? error.reason : undefined
  return typeof named === 'string' ? named : 'connection'
}

async function readText({ body }: Response): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let octets = 0
  let text = ''
  try {
    for await (const chunk of body) {
      octets += chunk.byteLength
      // Leaving the loop cancels the rest.
      if (octets > longestDocument) break
      text += decoder.decode(chunk, { stream: true })
    }
    if (octets <= longestDocument) return text + decoder.decode()
  } catch {
    throw new FetchFailed('body', true)
  }
  throw new FetchFailed('size', false)
}
