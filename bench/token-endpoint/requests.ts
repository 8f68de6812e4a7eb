/** Token requests as bytes, made before anything is measured: each with an assertion and a proof of its own. */
import { randomBytes, sign } from 'node:crypto'
import type { SigningKey } from '../guard/fixture.ts'
import { clientId, scope } from './setup.ts'

export interface Requests {
  readonly signer: SigningKey
  next(): Buffer
}

/** Makes `total` of them, with the nonce that the server hands out. */
export async function createRequests(issuer: string, total: number, signer: SigningKey): Promise<Requests> {
  const nonce = await obtainNonce(issuer, signer)
  const made = Array.from({ length: total }, () => render(issuer, signer, nonce))
  let next = 0
  return {
    signer,
    next() {
      const request = made[next++]
      if (request === undefined) throw new Error('more requests than were prepared')
      return request
    },
  }
}

async function obtainNonce(issuer: string, signer: SigningKey): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { DPoP: signProof(issuer, signer) },
    body: new URLSearchParams(formOf(issuer, signer)),
  })
  const nonce = response.headers.get('DPoP-Nonce')
  if (nonce === null) throw new Error(`no nonce: ${await response.text()}`)
  return nonce
}

function render(issuer: string, signer: SigningKey, nonce: string): Buffer {
  const body = new URLSearchParams(formOf(issuer, signer)).toString()
  return Buffer.from(
    [
      'POST /token HTTP/1.1',
      `Host: ${new URL(issuer).host}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
      `DPoP: ${signProof(issuer, signer, nonce)}`,
      '',
      body,
    ].join('\r\n'),
  )
}

function formOf(issuer: string, signer: SigningKey): Record<string, string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: issuer,
    jti: randomBytes(16).toString('hex'),
    iat: now,
    exp: now + 290,
  }
  return {
    grant_type: 'client_credentials',
    resource: 'https://notes.example/mcp',
    scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: signJws({ typ: 'JWT', alg: 'ES256' }, claims, signer),
  }
}

function signProof(issuer: string, signer: SigningKey, nonce?: string): string {
  const claims = {
    htm: 'POST',
    htu: `${issuer}/token`,
    iat: Math.floor(Date.now() / 1000),
    jti: randomBytes(16).toString('hex'),
    ...(nonce === undefined ? {} : { nonce }),
  }
  return signJws({ typ: 'dpop+jwt', alg: 'ES256', jwk: signer.publicJwk }, claims, signer)
}

function signJws(header: object, payload: object, { privateKey }: SigningKey): string {
  const input = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}
