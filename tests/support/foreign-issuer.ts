/** An authorization server that is not ours, and how its clients get tokens: by credentials, or through its own pages. */

import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type AgentKey, signProof } from '@countersign/lab'
import { exportJWK, generateKeyPair, type JWK } from 'jose'

/** A client of the foreign issuer, with a secret of its own. */
export interface ForeignClient {
  readonly id: string
  readonly secret: string
}

/** How it is set up. */
export interface ForeignIssuerOptions {
  readonly scopes: readonly string[]
  /** Of the resource server that may introspect; default: the secret of `introspector`. */
  readonly introspectorKey?: JWK
  /** With it, tokens for a resource are JWTs for this audience; without it there are none but opaque ones. */
  readonly resource?: { readonly audience: string }
}

/** What its token endpoint answers. */
export interface ForeignTokens {
  readonly access_token: string
  readonly token_type: string
  readonly refresh_token?: string
}

/** A foreign issuer that listens. */
export interface ForeignIssuer {
  readonly issuer: string
  /** Asks for tokens by itself, or for a person. */
  readonly agent: ForeignClient
  /** Asks by itself, and proves itself with a key: what our agent takes as credentials. */
  readonly keyedAgent: { readonly clientId: string; readonly privateJwk: JsonWebKey }
  /** Introspects. */
  readonly introspector: ForeignClient
  /** Client credentials; bound to the key, if there is one. */
  obtain(scope: string, parts?: { key?: AgentKey; resource?: string }): Promise<ForeignTokens>
  /** A person logs in and consents on its pages. */
  authorize(scope: string): Promise<ForeignTokens>
  revoke(token: string): Promise<void>
  close(): Promise<void>
}

const keyedAgentId = 'keyed agent'
const redirectUri = 'http://127.0.0.1/callback'

/** Starts it on a free port. */
export async function startForeignIssuer(options: ForeignIssuerOptions): Promise<ForeignIssuer> {
  const { scopes, introspectorKey, resource } = options
  const agent = { id: 'foreign agent', secret: randomBytes(24).toString('base64') }
  const introspector = { id: 'notes', secret: randomBytes(24).toString('base64') }
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const clients = [
    describeAgent(agent, scopes),
    describeKeyedAgent(await exportJWK(publicKey), scopes),
    describeIntrospector(introspector, introspectorKey),
  ]
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'foreign-provider.js'), JSON.stringify({ clients, scopes, resource })],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { issuer } = JSON.parse(String(line)) as { issuer: string }

  return {
    issuer,
    agent,
    keyedAgent: { clientId: keyedAgentId, privateJwk: (await exportJWK(privateKey)) as JsonWebKey },
    introspector,
    obtain: (scope, { key, resource: indicator } = {}) =>
      requestTokens(issuer, agent, {
        ...(key === undefined ? {} : { key }),
        fields: {
          grant_type: 'client_credentials',
          scope,
          ...(indicator === undefined ? {} : { resource: indicator }),
        },
      }),
    authorize: (scope) => authorizeAsPerson(issuer, agent, scope),
    async revoke(token) {
      const response = await post(`${issuer}/token/revocation`, agent, { token })
      if (response.status !== 200) throw new Error(`not revoked: ${response.status}`)
    },
    async close() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

function describeAgent({ id, secret }: ForeignClient, scopes: readonly string[]) {
  return {
    client_id: id,
    client_secret: secret,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    application_type: 'native',
    scope: ['openid', 'offline_access', ...scopes].join(' '),
  }
}

function describeKeyedAgent(key: JWK, scopes: readonly string[]) {
  return {
    client_id: keyedAgentId,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key] },
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: scopes.join(' '),
  }
}

function describeIntrospector({ id, secret }: ForeignClient, key: JWK | undefined) {
  const keyed = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key] } }
  const credentials = key === undefined ? { client_secret: secret } : keyed
  return { client_id: id, grant_types: [], response_types: [], redirect_uris: [], ...credentials }
}

async function post(url: string, { id, secret }: ForeignClient, fields: Record<string, string>, proof?: string) {
  const [user = '', password = ''] = [id, secret].map((text) => new URLSearchParams({ text }).toString().slice(5))
  const headers = {
    authorization: `Basic ${btoa(`${user}:${password}`)}`,
    ...(proof === undefined ? {} : { dpop: proof }),
  }
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) })
}

async function requestTokens(
  issuer: string,
  client: ForeignClient,
  { key, fields }: { readonly key?: AgentKey; readonly fields: Record<string, string> },
): Promise<ForeignTokens> {
  const url = `${issuer}/token`
  const response = await post(url, client, fields, key === undefined ? undefined : await signProof(key, { url }))
  if (response.status !== 200) throw new Error(`no token: ${response.status} ${await response.text()}`)
  return (await response.json()) as ForeignTokens
}

/** The development pages ask for any name, and then for a nod. */
async function authorizeAsPerson(issuer: string, client: ForeignClient, scope: string): Promise<ForeignTokens> {
  const verifier = randomBytes(32).toString('base64url')
  const start = new URL('/auth', issuer)
  const query = {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(query)) start.searchParams.set(name, value)
  const visit = createVisitor(issuer)
  const login = await visit(start)
  const consent = await visit(login, { prompt: 'login', login: 'ada', password: 'any' })
  const end = await visit(consent, { prompt: 'consent' })
  const code = end.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${end.href}`)
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  return requestTokens(issuer, client, { fields })
}

/** Goes to a page, or sends its form; follows redirects with cookies, and yields where it came to rest. */
function createVisitor(issuer: string) {
  const cookies = new Map<string, string>()
  return async (from: URL, fields?: Record<string, string>): Promise<URL> => {
    let url = from
    let form = fields
    while (url.origin === issuer) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const sent = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
      const response = await fetch(url, { ...sent, headers: { cookie }, redirect: 'manual' })
      await response.arrayBuffer()
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
      }
      const location = response.headers.get('location')
      if (location === null) return url
      url = new URL(location, url)
      form = undefined
    }
    return url
  }
}
