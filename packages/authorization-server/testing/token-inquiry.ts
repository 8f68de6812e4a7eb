/** Requests about tokens: introspection, revocation, the feed. */
import { parseRevocationFeed, type RevocationFeed } from '@countersign/core/wire'
import type { AuthorizationServerOptions } from '../src/configuration/options.ts'
import { makeAssertion, type TokenAnswer } from './token-request.ts'
import { type KeyPair, MAIL, mailResource, notesResource, type World } from './world.ts'

const SECRET = 'a secret of forty characters, by machine'

/** The notes server introspects with a key and gets JWTs, the mail server with a secret and gets opaque tokens. */
export function introspectedResources(notesKey: KeyPair): Pick<AuthorizationServerOptions, 'resources'> {
  return {
    resources: [
      { ...notesResource, introspection: { clientId: 'notes-server', jwks: { keys: [notesKey.publicJwk] } } },
      {
        ...mailResource,
        accessTokenFormat: 'opaque',
        introspection: { clientId: 'mail-server', secret: SECRET },
      },
    ],
  }
}

/** How a request says whose it is. */
export interface Credentials {
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
}

export const asMailServer: Credentials = {
  headers: { Authorization: `Basic ${btoa(`mail-server:${encodeURIComponent(SECRET)}`)}` },
}

export async function asClient(world: World, clientId: string, key: KeyPair): Promise<Credentials> {
  return {
    form: {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await makeAssertion(world.issuer, clientId, key),
    },
  }
}

export const asDesktop: Credentials = { form: { client_id: 'desktop' } }

/** Asks; a body that is empty is read as no members. */
export async function inquire(
  { issuer }: World,
  path: '/introspect' | '/revoke',
  token: string,
  { form = {}, headers = {} }: Credentials,
  rest: Record<string, string> = {},
): Promise<TokenAnswer> {
  const body = new URLSearchParams({ token, ...form, ...rest })
  const response = await fetch(issuer + path, { method: 'POST', body, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
}

/** What the feed says, through the reader of those who poll it. */
export async function readFeed({ issuer }: World, query = ''): Promise<RevocationFeed> {
  const response = await fetch(`${issuer}/revocations${query}`)
  const feed = parseRevocationFeed(await response.json())
  if (!feed.ok) throw new Error(`the feed cannot be read: ${feed.reason}`)
  return feed.value
}

/** Parameters that ask for a token for the mail server. */
export const forMail = { resource: MAIL, scope: 'mail:send' }
