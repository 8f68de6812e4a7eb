/** An issuer of access tokens and an agent that proves, signed at once: no server stands in the way of the load. */
import { generateKeyPairSync, hash, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto'

/** Who signs the tokens. */
export interface Issuer {
  readonly issuer: string
  /** Public, with `kid` and `alg`. */
  readonly jwk: object
  /** A token for that key, good for an hour. */
  issue(jkt: string, details?: readonly object[]): string
}

/** An agent's key. */
export interface AgentKey {
  readonly jkt: string
  prove(claims: Readonly<Record<string, unknown>>): string
}

const HOUR = 3_600

/** One with a key of its own, for tokens of one resource. */
export function createIssuer(resource: string): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const issuer = 'http://127.0.0.1:9'
  const header = { alg: 'Ed25519', typ: 'at+jwt', kid: 'chaos' }
  return {
    issuer,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'chaos', alg: 'Ed25519', use: 'sig' },
    issue(jkt, details) {
      const iat = now()
      const claims = {
        iss: issuer,
        aud: resource,
        sub: 'agent',
        client_id: 'agent',
        iat,
        exp: iat + HOUR,
        cnf: { jkt },
      }
      const rights = details === undefined ? {} : { authorization_details: details }
      const text = signingInput(header, { ...claims, jti: randomUUID(), scope: 'notes:read notes:write', ...rights })
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
    },
  }
}

/** A fresh ES256 key. */
export function createAgentKey(): AgentKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: { crv, kty, x, y } }
  return {
    jkt: digest(JSON.stringify(header.jwk)),
    prove: (claims) => signES256(signingInput(header, claims), privateKey),
  }
}

/** A capability to delete one note, once (RFC 9396). */
export function deletionOf(resource: string, noteId: number): object {
  return {
    type: 'mcp_tool',
    id: randomBytes(16).toString('base64url'),
    locations: [resource],
    tool: 'delete_note',
    arguments: { '/note_id': { equals: noteId } },
    not_before: now() - 1,
    expires: now() + 300,
    uses: 1,
  }
}

/** base64url SHA-256. */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** NumericDate. */
export function now(): number {
  return Math.floor(Date.now() / 1000)
}

function signES256(text: string, key: KeyObject): string {
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

function signingInput(header: object, claims: object): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}
