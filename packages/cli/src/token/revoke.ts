/** `countersign token revoke`: ends a token at the authorization server that issued it (RFC 7009). */
import { randomUUID } from 'node:crypto'
import { readCompactJws } from '@countersign/core'
import { importJWK, SignJWT } from 'jose'
import { type ClientFile, requireClientFile } from '../client-file.ts'
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'
import { withProgress } from '../terminal/progress.ts'
import { discoverEndpoint } from './issuer-metadata.ts'
import { readToken } from './read-token.ts'

/** The flags. */
export interface RevokeOptions {
  readonly data: string
  /** Thumbprint of the key of one instance of an agent. */
  readonly agent?: string
  /** Id of a capability. */
  readonly capability?: string
  readonly json?: true
}

/** RFC 7523 §2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Seconds; the authorization server takes at most 300. */
const ASSERTION_LIFETIME = 60
const TIMEOUT_MS = 10_000

/** Runs it, as the client whose credentials `up` left. */
export async function revokeToken(
  argument: string | undefined,
  { data, json }: RevokeOptions,
  { terminal, clock, finish }: Context,
): Promise<void> {
  const token = await readToken(argument, terminal)
  const client = requireClientFile(data)
  assertIssuedBy(client.issuer, token)
  await withProgress(terminal, 'Revoking', requestRevocation(token, client, clock()))
  // The server says the same of a token that it does not know (RFC 7009 §2.2).
  if (json === true) terminal.print(JSON.stringify({ revoked: true, issuer: client.issuer }))
  else terminal.print(`If it was one of ${client.client_id}, it is revoked: guards refuse it within 2 seconds.`)
  finish(0)
}

/** A token is shown to nobody but who made it. */
function assertIssuedBy(issuer: string, token: string): void {
  const jws = readCompactJws(token, 16_384)
  if (!jws.ok || jws.value.payload.iss === undefined || jws.value.payload.iss === issuer) return
  throw new CommandFailed(`This token is not of ${issuer}, which these credentials are for. It was sent nowhere.`)
}

/** Asks for it as `client`, at `now`, a NumericDate; rejects with `CommandFailed`. */
export async function requestRevocation(token: string, client: ClientFile, now: number): Promise<void> {
  const endpoint = await discoverEndpoint(client.issuer, 'revocation_endpoint')
  const assertion = await signAssertion(client, Math.floor(now))
  const form = { token, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion }
  const response = await send(endpoint, new URLSearchParams(form))
  if (response.ok) return
  throw new CommandFailed(`${endpoint.origin} does not revoke it (${await readError(response)}).`)
}

async function send(endpoint: URL, body: URLSearchParams): Promise<Response> {
  try {
    return await fetch(endpoint, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    throw new CommandFailed(
      `${endpoint.origin} cannot be reached. Whether the token is revoked is not known; try again.`,
    )
  }
}

async function signAssertion({ issuer, client_id, private_jwk }: ClientFile, now: number): Promise<string> {
  const { alg = private_jwk.kty === 'OKP' ? 'EdDSA' : 'ES256', kid } = private_jwk
  const claims = { iss: client_id, sub: client_id, aud: issuer, jti: randomUUID(), iat: now }
  return new SignJWT({ ...claims, exp: now + ASSERTION_LIFETIME })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .sign(await importJWK(private_jwk, alg))
}

/** An OAuth error code (RFC 6749 §5.2), which is ASCII without blanks; or the status. */
async function readError(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: unknown }
    if (typeof error === 'string' && /^[\w-]{1,64}$/.test(error)) return error
  } catch {
    // No JSON.
  }
  return String(response.status)
}
