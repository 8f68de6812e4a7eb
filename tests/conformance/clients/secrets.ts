/** Client secrets (RFC 6749 §2.3.1), added on the way out: our agent authenticates with keys only. */
import type { RegisteredClient } from './registration.ts'

/** Adds a client's secret to what goes to its token endpoint. */
export interface Secrets {
  readonly fetch: typeof fetch
  /** @param method `client_secret_basic` or `client_secret_post`; `none` adds nothing */
  keep(tokenEndpoint: string, method: string, client: RegisteredClient): void
}

/** Holds none at first. */
export function createSecrets(): Secrets {
  const kept = new Map<string, { method: string; clientId: string; secret: string }>()
  return {
    keep(tokenEndpoint, method, { clientId, secret }) {
      if (secret !== undefined) kept.set(tokenEndpoint, { method, clientId, secret })
    },
    fetch(input, init) {
      const client = kept.get(String(input))
      if (client === undefined || !(init?.body instanceof URLSearchParams)) return fetch(input, init)
      const { method, clientId, secret } = client
      const headers = new Headers(init.headers)
      const body = new URLSearchParams(init.body)
      if (method === 'client_secret_basic') headers.set('authorization', `Basic ${encodeBasic(clientId, secret)}`)
      if (method === 'client_secret_post') body.set('client_secret', secret)
      return fetch(input, { ...init, headers, body })
    },
  }
}

function encodeBasic(clientId: string, secret: string): string {
  return Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')
}
