/** The keys of the vectors, each the digest of its own name, so that anybody can make them; they are for nothing else. */
import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** A key pair with its JWK and its RFC 7638 thumbprint. */
export interface VectorKey {
  readonly alg: 'Ed25519' | 'ES256'
  readonly jwk: Readonly<Record<string, string>>
  readonly thumbprint: string
  readonly privateKey: KeyObject
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
/** RFC 8410 §7: what stands before the 32 octets of an Ed25519 private key. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

function makeEd25519(name: string): VectorKey {
  const der = Buffer.concat([ED25519_PREFIX, digest(`countersign vectors: ${name}`)])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x = '' } = privateKey.export({ format: 'jwk' })
  const jwk = { kty: 'OKP', crv: 'Ed25519', x }
  return { alg: 'Ed25519', jwk, thumbprint: thumbprintOf({ crv: 'Ed25519', kty: 'OKP', x }), privateKey }
}

function makeEs256(name: string): VectorKey {
  const d = digest(`countersign vectors: ${name}`)
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(d)
  const point = pair.getPublicKey()
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')]
  const jwk = { kty: 'EC', crv: 'P-256', x, y }
  const privateKey = createPrivateKey({ key: { ...jwk, d: d.toString('base64url') }, format: 'jwk' })
  return { alg: 'ES256', jwk, thumbprint: thumbprintOf({ crv: 'P-256', kty: 'EC', x, y }), privateKey }
}

/** Members in the order of RFC 7638 §3.2. */
function thumbprintOf(members: object): string {
  return digest(JSON.stringify(members)).toString('base64url')
}

/** All of them. */
export const keys = {
  issuer: makeEd25519('issuer'),
  issuerEs256: makeEs256('issuer ES256'),
  next: makeEd25519('next issuer key'),
  stranger: makeEd25519('stranger'),
  root: makeEd25519('root'),
  instance: makeEs256('instance'),
  instanceEd25519: makeEd25519('instance Ed25519'),
  thief: makeEs256('thief'),
  svid: makeEs256('svid'),
  svidEd25519: makeEd25519('svid Ed25519'),
} as const

/** Members of a header or payload; those that are `undefined` are left out. */
export type Members = Readonly<Record<string, unknown>>

/** Signs a compact JWS; a payload that is a text goes in as it is. */
export type SignVector = (key: VectorKey, header: Members, payload: Members | string) => string

const encode = (text: string): string => Buffer.from(text).toString('base64url')

/**
 * ES256 signatures come out different each time, so one that was made before, by the same key for the same octets, stays
 * as it is. `pinned` holds the texts that were made before.
 */
export function createSigner(pinned: readonly string[]): SignVector {
  return (key, header, payload) => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const input = `${encode(JSON.stringify(header))}.${encode(body)}`
    if (key.alg === 'Ed25519') return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString('base64url')}`
    return pinned.find((text) => isSignedBy(key, input, text)) ?? `${input}.${signEs256(key, input)}`
  }
}

const JOSE = { dsaEncoding: 'ieee-p1363' } as const

function isSignedBy({ privateKey }: VectorKey, input: string, text: string): boolean {
  if (!text.startsWith(`${input}.`)) return false
  const signature = Buffer.from(text.slice(input.length + 1), 'base64url')
  return verify('sha256', Buffer.from(input), { key: createPublicKey(privateKey), ...JOSE }, signature)
}

function signEs256({ privateKey }: VectorKey, input: string): string {
  return sign('sha256', Buffer.from(input), { key: privateKey, ...JOSE }).toString('base64url')
}
