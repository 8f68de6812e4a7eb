/** An issuer, an agent and the bytes of its calls: what every contestant is given. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { IncomingCall } from '@countersign/resource-server'
import type { JWK } from 'jose'

export const issuer = 'http://127.0.0.1:7400'
export const resource = 'http://127.0.0.1:7401/mcp'

export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicJwk: JWK
}

/** A fresh P-256 key. */
export function createSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, publicKey, publicJwk: publicKey.export({ format: 'jwk' }) as JWK }
}

/** RFC 7638 thumbprint of a P-256 key. */
export function thumbprintOf({ crv, kty, x, y }: JWK): string {
  return digest(JSON.stringify({ crv, kty, x, y }))
}

export function digest(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64url')
}

function signJws(header: object, payload: object, key: SigningKey): string {
  const input = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return flat(`${input}.${signature.toString('base64url')}`)
}

/** A string as it comes off the wire: one piece, not a tree of concatenations. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** An access token of RFC 9068, bound to the agent's key, with further claims. */
export function signToken(issuerKey: SigningKey, agentKey: SigningKey, further: object = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    aud: resource,
    sub: 'user-1',
    client_id: 'agent-1',
    iat: now,
    exp: now + 3600,
    jti: randomBytes(16).toString('base64url'),
    scope: 'notes:read notes:write',
    cnf: { jkt: thumbprintOf(agentKey.publicJwk) },
    ...further,
  }
  return signJws({ typ: 'at+jwt', alg: 'ES256', kid: 'issuer-1' }, claims, issuerKey)
}

/** A `tools/call` of the modern era, some 300 bytes. */
export const body = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'read_notes',
      arguments: { limit: 10 },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  }),
)

const contentDigest = digest(body)

/** A proof for one call with `token`. */
export function signCallProof(agentKey: SigningKey, token: string, nonce: string): string {
  const claims = {
    htm: 'POST',
    htu: resource,
    iat: Math.floor(Date.now() / 1000),
    jti: randomBytes(32).toString('base64url'),
    nonce,
    ath: digest(token),
    content_digest: contentDigest,
  }
  return signJws({ typ: 'dpop+jwt', alg: 'ES256', jwk: agentKey.publicJwk }, claims, agentKey)
}

/** The call as an adapter hands it to the guard. */
export function createCall(token: string, proof: string): IncomingCall {
  const headers = new Map<string, readonly string[]>([
    ['host', ['127.0.0.1:7401']],
    ['authorization', [flat(`DPoP ${token}`)]],
    ['dpop', [flat(proof)]],
    ['content-type', ['application/json']],
    ['accept', ['application/json, text/event-stream']],
    ['mcp-protocol-version', ['2026-07-28']],
    ['mcp-method', ['tools/call']],
    ['mcp-name', ['read_notes']],
  ])
  return {
    method: 'POST',
    url: resource,
    transport: 'loopback',
    header: (name) => headers.get(name) ?? [],
    headerNames: () => headers.keys(),
    content: async () => ({ ok: true, value: body }),
  }
}
