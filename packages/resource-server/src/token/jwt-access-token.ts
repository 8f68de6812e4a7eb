/** JWT access tokens (RFC 9068 §4): signature, issuer and shape; audience and time are judged on every use. */
import {
  type CompactJws,
  type KeyRing,
  ok,
  parseAlgorithm,
  type Result,
  refuse,
  type SignatureAlgorithm,
  type Verifier,
} from '@countersign/core'
import { type ClaimedToken, type ClaimRules, readTokenClaims } from './token-claims.ts'

/** How an issuer signs, as its operator says. */
export interface JwtRules extends ClaimRules {
  readonly algorithms: ReadonlySet<SignatureAlgorithm>
  readonly acceptPlainJwt: boolean
  readonly keys: KeyRing
}

/** Rejects with `invalid_token`, or `keys_unavailable` where the issuer's keys can't be had. */
export async function verifyJwt(jws: CompactJws, rules: JwtRules, verifier: Verifier): Promise<Result<ClaimedToken>> {
  const header = readHeader(jws, rules)
  if (!header.ok) return header
  const key = await rules.keys.find(header.value.kid, header.value.algorithm)
  if (!key.ok) return key
  const genuine = await verifier.verify(key.value, jws.signingInput, jws.signature)
  return genuine ? readTokenClaims(jws.payload, rules) : refuse('invalid_token', 'signature')
}

interface Header {
  readonly algorithm: SignatureAlgorithm
  readonly kid: string | undefined
}

function readHeader({ header }: CompactJws, { algorithms, acceptPlainJwt }: JwtRules): Result<Header> {
  const algorithm = parseAlgorithm(header.alg)
  if (algorithm === undefined || !algorithms.has(algorithm)) return refuse('invalid_token', 'algorithm')
  if (!isAccessTokenType(header.typ, acceptPlainJwt)) return refuse('invalid_token', 'type')
  if (header.kid !== undefined && typeof header.kid !== 'string') return refuse('invalid_token', 'kid')
  return ok({ algorithm, kid: header.kid })
}

/** RFC 9068 §2.1; media types compare without case (RFC 7515 §4.1.9). */
function isAccessTokenType(typ: unknown, acceptPlainJwt: boolean): boolean {
  if (typ === undefined) return acceptPlainJwt
  if (typeof typ !== 'string') return false
  const type = typ.toLowerCase()
  return type === 'at+jwt' || type === 'application/at+jwt' || (acceptPlainJwt && type === 'jwt')
}
