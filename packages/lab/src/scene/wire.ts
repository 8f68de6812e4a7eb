/** Talks to the servers byte by byte, as an attacker does: every header and every body as given. */
import { createHash, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { noteRequest } from '../recording/recording.ts'

/** A key to prove with, made and used with an implementation that is not ours. */
export interface AgentKey {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  readonly thumbprint: string
}

/** A fresh ES256 key. */
export async function createAgentKey(): Promise<AgentKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return { privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) }
}

/** What a proof says; every claim can be overridden, and left out with `undefined`. */
export interface ProofContent {
  readonly method?: string
  readonly url: string
  readonly token?: string
  readonly nonce?: string
  readonly content?: string
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Signs a proof (RFC 9449 §4.2). */
export function signProof(
  key: AgentKey,
  { method = 'POST', url, token, nonce, content, claims }: ProofContent,
): Promise<string> {
  const payload = {
    htm: method,
    htu: url,
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    ...(nonce === undefined ? {} : { nonce }),
    ...(token === undefined ? {} : { ath: sha256(token) }),
    ...(content === undefined ? {} : { content_digest: sha256(content) }),
    ...claims,
  }
  return new SignJWT(payload)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk })
    .sign(key.privateKey)
}

/** base64url SHA-256. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** A response, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** The code of the problem document, or the error of an OAuth endpoint (RFC 6749 §5.2), when it is one. */
  readonly code: string | undefined
  /** The `DPoP-Nonce` header. */
  readonly nonce: string | undefined
}

/** In the place of an answer where none is to be had: what stopped the attack is its code. */
export function noAnswer(code: string): Answer {
  return { status: 0, headers: {}, body: '', code, nonce: undefined }
}

/** What is sent: a header with several values goes out as several lines. */
export interface Sending {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer
}

/** Sends one request on a connection of its own. */
export function send(url: string, { method = 'POST', headers = {}, body }: Sending): Promise<Answer> {
  const noteAnswer = noteRequest({ method, url, headers, body: body?.toString() ?? '' })
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const { statusCode: status = 0, headers: received } = response
        const nonce = received['dpop-nonce']
        noteAnswer({ status, headers: received, body: text })
        resolve({ status, headers: received, body: text, code: readCode(text), nonce: nonce?.toString() })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The code of a problem document, or the error of an OAuth endpoint; undefined for any other text. */
export function readCode(text: string): string | undefined {
  try {
    const { code, error } = JSON.parse(text) as { code?: unknown; error?: unknown }
    return [code, error].find((each) => typeof each === 'string')
  } catch {
    return undefined
  }
}

/** The answer of a `fetch`, read whole. */
export async function readAnswer(response: Response): Promise<Answer> {
  const body = await response.text()
  const nonce = response.headers.get('dpop-nonce') ?? undefined
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body,
    code: readCode(body),
    nonce,
  }
}

/** Signs a client assertion (RFC 7523 §3). */
export async function signAssertion(client: { clientId: string; privateJwk: JWK }, audience: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: client.clientId,
    sub: client.clientId,
    aud: audience,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  })
    .setProtectedHeader({ alg: 'ES256', kid: client.privateJwk.kid ?? '' })
    .sign(await importJWK(client.privateJwk, 'ES256'))
}
