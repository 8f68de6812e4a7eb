/** Gets tokens for an audit as an honest agent would, bound to a key that the audit may then misuse. */
import { type Credentials, createAgent } from '@countersign/client'
import { importProofKey } from '@countersign/dpop'
import type { TokenSource } from './settings.ts'
import { modernSpeech, phrase } from './target/speech.ts'

/** Who asks. */
export interface TokenSourceOptions {
  readonly credentials: Credentials
  /** The key that tokens are bound to; `createAuditKey` makes one. */
  readonly privateJwk: JsonWebKey
  /** The only authorization servers that are gone to. */
  readonly issuers?: readonly string[]
}

const TIMEOUT_MS = 60_000

/** A fresh P-256 key, as a JWK: an audit signs with it what no honest signer would. */
export async function createAuditKey(): Promise<JsonWebKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  return crypto.subtle.exportKey('jwk', pair.privateKey)
}

/**
 * The source; each token comes from an agent of its own, so that none is narrowed or widened by another. Where the
 * authorization server binds no tokens, they come unbound. Rejects with `AuthorizationRefused` of `@countersign/client`.
 */
export function createTokenSource({ credentials, privateJwk, issuers }: TokenSourceOptions): TokenSource {
  return async ({ resource, scopes }) => {
    let token: string | undefined
    const agent = await createAgent({
      credentials,
      proofKey: await importProofKey(privateJwk),
      bearer: 'allowed',
      ...(issuers !== undefined && { issuers }),
      ...(scopes !== undefined && { scopes }),
      async fetch(input, init) {
        const request = new Request(input, init)
        const shown = request.url === resource ? request.headers.get('authorization') : null
        token = shown?.split(' ')[1] ?? token
        return fetch(request)
      },
    })
    const { headers, body } = phrase(modernSpeech, 'tools/list')
    const init = { method: 'POST', headers: [...headers].map(([name, value]): [string, string] => [name, value]), body }
    const answer = await agent.fetch(resource, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    await answer.body?.cancel()
    return token
  }
}
