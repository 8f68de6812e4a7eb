/** Writes down what went over the wire: every request with its answer, in the order in which they were sent. */
import { decodeJwt } from 'jose'

/** A fetch that writes down, and what it wrote. */
export interface Exchanges {
  readonly fetch: typeof fetch
  /**
   * One line each, for instance `POST /mcp tools/call write_note (DPoP nonce) → 403 insufficient_scope notes:write`:
   * what was asked, the credentials and whether the proof carried a nonce, the status, the error and its scope.
   */
  readonly lines: string[]
  /** Every token, proof and assertion that went by. */
  readonly secrets: Set<string>
}

/** Starts with nothing written. */
export function recordExchanges(): Exchanges {
  const lines: string[] = []
  const secrets = new Set<string>()
  return {
    lines,
    secrets,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      for (const secret of await findSecrets(request.clone())) secrets.add(secret)
      const asked = await describeRequest(request.clone())
      const line = lines.push(`${asked} → no answer`) - 1
      const response = await fetch(request)
      lines[line] = `${asked} → ${await describeResponse(response.clone())}`
      return response
    },
  }
}

async function findSecrets(request: Request): Promise<readonly string[]> {
  const form = request.headers.get('content-type')?.includes('form')
    ? new URLSearchParams(await request.text())
    : undefined
  return [
    request.headers.get('authorization')?.split(' ')[1],
    request.headers.get('dpop'),
    form?.get('client_assertion'),
    form?.get('code'),
    form?.get('refresh_token'),
  ].filter((secret) => typeof secret === 'string')
}

async function describeRequest(request: Request): Promise<string> {
  const { pathname } = new URL(request.url)
  const body = request.body === null ? '' : await request.text()
  const what = request.headers.get('content-type')?.includes('json') ? describeMessage(body) : describeForm(body)
  const scheme = request.headers.get('authorization')?.split(' ')[0]
  const proof = request.headers.get('dpop')
  const nonce = proof !== null && decodeJwt(proof).nonce !== undefined ? 'nonce' : undefined
  const credentials = [scheme ?? (proof === null ? undefined : 'proof'), nonce].filter((word) => word !== undefined)
  const brackets = credentials.length === 0 ? [] : [`(${credentials.join(' ')})`]
  return [request.method, pathname, what, ...brackets].filter((word) => word !== '').join(' ')
}

function describeMessage(body: string): string {
  const { method, params } = JSON.parse(body) as { method: string; params?: { name?: string } }
  return params?.name === undefined ? method : `${method} ${params.name}`
}

function describeForm(body: string): string {
  return new URLSearchParams(body).get('scope') ?? ''
}

async function describeResponse(response: Response): Promise<string> {
  const challenge = response.headers.get('www-authenticate') ?? ''
  const error = /error="([^"]*)"/.exec(challenge)?.[1] ?? (await readOAuthError(response))
  const scope = response.status === 403 ? /scope="([^"]*)"/.exec(challenge)?.[1] : undefined
  return [response.status, error, scope].filter((word) => word !== undefined).join(' ')
}

async function readOAuthError(response: Response): Promise<string | undefined> {
  if (response.status < 400 || !response.headers.get('content-type')?.includes('json')) return undefined
  const { error } = (await response.json()) as { error?: unknown }
  return typeof error === 'string' ? error : undefined
}
