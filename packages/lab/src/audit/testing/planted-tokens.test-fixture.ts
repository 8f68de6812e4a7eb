/** Tokens of a server that was built to be audited, and their verification with single steps left out. */
import { createHash, createPublicKey } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import {
  type CryptoKey,
  calculateJwkThumbprint,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose'

/** Says whether a step is left out, by the id of the weakness that this is. */
export type Lacks = (id: string) => boolean

/** The issuer's and the caller's keys, and tokens made with them. */
export interface PlantedTokens {
  readonly privateJwk: JWK
  issue(claims?: Readonly<Record<string, unknown>>): Promise<string>
  /** The claims of a good call's token; a status where it is refused. */
  judge(request: IncomingMessage, url: string): Promise<Readonly<Record<string, unknown>> | number>
  readonly revoked: Set<string>
  /** The issuer's, as published. */
  readonly publicJwk: JWK
}

const NONCE = 'bm9uY2Utb2YtdGhlLXBsYW50ZWQtc2VydmVy'

/** Fresh keys. */
export async function createPlantedTokens(issuer: string, lacks: Lacks): Promise<PlantedTokens> {
  const signing = await generateKeyPair('ES256', { extractable: true })
  const own = await generateKeyPair('ES256', { extractable: true })
  const privateJwk = await exportJWK(own.privateKey)
  const jkt = await calculateJwkThumbprint(await exportJWK(own.publicKey))
  const seen = new Set<string>()
  const revoked = new Set<string>()

  async function issue(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const cnf = lacks('bearer_token') ? {} : { cnf: { jkt } }
    const lives = lacks('long_lived_token') ? 1_000_000 : 300
    const exp = lacks('token_without_expiry') ? {} : { exp: now + lives }
    const payload = { iss: issuer, sub: 'ada', scope: 'read', iat: now, ...exp, ...cnf, ...claims }
    return new SignJWT(payload).setProtectedHeader({ typ: 'at+jwt', alg: 'ES256' }).sign(signing.privateKey)
  }

  async function judge(request: IncomingMessage, url: string): Promise<Readonly<Record<string, unknown>> | number> {
    const credentials = readCredentials(request, url, lacks)
    if (typeof credentials === 'number') return credentials
    const claims = await verifyToken(credentials.token, signing.publicKey, lacks)
    if (claims === undefined) return 401
    const audiences = [claims.aud].flat()
    if (!audiences.includes(url) && !lacks('foreign_audience_served')) return 401
    if (revoked.has(credentials.token) && !lacks('revoked_token_served')) return 401
    if (claims.cnf === undefined) return claims
    if (credentials.scheme === 'bearer') return lacks('bound_token_as_bearer') ? claims : 401
    return (await judgeProof(request, { url, token: credentials.token, jkt, seen, lacks })) ? claims : 401
  }

  return { privateJwk, issue, judge, revoked, publicJwk: await exportJWK(signing.publicKey) }
}

function readCredentials(
  request: IncomingMessage,
  url: string,
  lacks: Lacks,
): { readonly scheme: string; readonly token: string } | number {
  const sent = request.headersDistinct.authorization ?? []
  const query = new URL(request.url ?? '/', url).searchParams.get('access_token')
  if (sent.length === 0 && query !== null && lacks('token_in_url_served')) return { scheme: 'dpop', token: query }
  if (sent.length > 1 && !lacks('several_credentials_served')) return 400
  const [scheme = '', token] = sent[0]?.split(' ') ?? []
  return token === undefined ? 401 : { scheme: scheme.toLowerCase(), token }
}

async function verifyToken(
  token: string,
  key: CryptoKey,
  lacks: Lacks,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const [header = '', , signature] = token.split('.')
    if (lacks('any_token_served') && signature === undefined) return { aud: 'anybody' }
    const { jwk, alg } = JSON.parse(Buffer.from(header, 'base64url').toString())
    if (lacks('unsigned_token_served') && (signature === '' || alg === 'none')) return decodeJwt(token)
    if (alg === 'HS256' && lacks('public_key_as_secret')) {
      const secret = createPublicKey({ key: { ...(await exportJWK(key)) }, format: 'jwk' })
      const pem = secret.export({ type: 'spki', format: 'pem' })
      return (await jwtVerify(token, new TextEncoder().encode(String(pem)))).payload
    }
    const signed = alg === 'ES256' && signature !== '' && jwk === undefined
    if (lacks('token_signature_unchecked') && signed) return decodeJwt(token)
    const trusted = lacks('token_of_any_key') && jwk !== undefined ? await importJWK(jwk, 'ES256') : key
    const tolerance = lacks('expired_token_served') ? 1_000_000 : 0
    return (await jwtVerify(token, trusted, { clockTolerance: tolerance })).payload
  } catch {
    return undefined
  }
}

interface ProofContext {
  readonly url: string
  readonly token: string
  readonly jkt: string
  readonly seen: Set<string>
  readonly lacks: Lacks
}

async function judgeProof(request: IncomingMessage, context: ProofContext): Promise<boolean> {
  const { url, token, jkt, seen, lacks } = context
  const proofs = request.headersDistinct.dpop ?? []
  const [proof] = proofs
  if (proof === undefined) return lacks('proof_not_required')
  if (proofs.length > 1 && !lacks('several_proofs')) return false
  try {
    const { jwk, typ, alg } = JSON.parse(Buffer.from(proof.split('.')[0] ?? '', 'base64url').toString())
    if (!(await isSigned(proof, { jwk, alg, lacks }))) return false
    const claims = decodeJwt(proof)
    const now = Date.now() / 1000
    const { iat = 0, nonce, jti } = claims
    const ath = createHash('sha256').update(token).digest('base64url')
    const steps: readonly (readonly [good: boolean, ...ids: readonly string[]])[] = [
      [typ === 'dpop+jwt', 'proof_type_unchecked'],
      [jwk.d === undefined, 'proof_with_private_key'],
      [(await calculateJwkThumbprint(jwk)) === jkt, 'proof_of_any_key'],
      [claims.htm === request.method, 'proof_method_unchecked'],
      [claims.htu === url, 'proof_uri_unchecked'],
      [claims.ath === ath, claims.ath === undefined ? 'proof_token_hash_missing' : 'proof_token_hash_unchecked'],
      [iat > now - 300, 'proof_time_unchecked'],
      [iat < now + 300, 'proof_of_tomorrow'],
      [nonce === undefined || nonce === NONCE, 'proof_nonce_unchecked'],
      [typeof jti === 'string', 'proof_without_id'],
    ]
    if (!steps.every(([good, ...ids]) => good || ids.some(lacks))) return false
    return await isNew(String(jti), seen, lacks)
  } catch {
    return false
  }
}

async function isSigned(
  proof: string,
  { jwk, alg, lacks }: { readonly jwk: JWK; readonly alg: string; readonly lacks: Lacks },
): Promise<boolean> {
  if (alg === 'none') return lacks('proof_unsigned')
  const { d: _, ...publicJwk } = jwk
  const verified = jwtVerify(proof, await importJWK(publicJwk, alg), { clockTolerance: 1_000_000 })
  return verified.then(
    () => true,
    () => lacks('proof_signature_unchecked'),
  )
}

async function isNew(jti: string, seen: Set<string>, lacks: Lacks): Promise<boolean> {
  if (lacks('replay_served')) return true
  if (seen.has(jti)) return false
  // Between looking and keeping lies a store's answer.
  if (lacks('concurrent_replay_served')) await new Promise((resolve) => setTimeout(resolve, 20))
  seen.add(jti)
  return true
}
