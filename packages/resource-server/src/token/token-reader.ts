/** From the text in `Authorization` to an access token: by its signature, or by what its issuer says of it. */
import { type CompactJws, ok, type Result, readCompactJws, refuse, type Verifier } from '@countersign/core'
import type { AccessToken } from './access-token.ts'
import type { AccessTokenCache } from './access-token-cache.ts'
import type { Introspector } from './introspection/introspector.ts'
import { verifyJwt } from './jwt-access-token.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

/** Yields the token, from memory, by verifying, or by asking. */
export type AccessTokenReader = (text: string) => Promise<Result<AccessToken>> | Result<AccessToken>

/** What reading needs. */
export interface TokenReaderContext {
  readonly issuers: ReadonlyMap<string, TrustedIssuer>
  readonly cache: AccessTokenCache
  readonly verifier: Verifier
  /** Characters. */
  readonly maxLength: number
}

/** What opaque tokens are made of (RFC 6750 §2.1). */
const opaqueToken = /^[\w.~+/-]+=*$/
/** Three parts of which the first begins as a JSON object does: whatever else is wrong with it, it is no opaque token. */
const jwsLike = /^e[wy][^.]*\.[^.]*\.[^.]*$/

/** Refuses `invalid_token`, or `keys_unavailable` and `introspection_unavailable` where nobody can say. */
export function createTokenReader({ issuers, cache, verifier, maxLength }: TokenReaderContext): AccessTokenReader {
  const introspectors = [...issuers.values()].flatMap(({ introspector }) => introspector ?? [])
  const takers = [...issuers.values()].flatMap((one) => (one.takesOpaque ? (one.introspector ?? []) : []))

  /** The claim only chooses among the issuers that the operator configured; nothing is fetched from where it points. */
  function findIssuer({ payload: { iss } }: CompactJws): TrustedIssuer | undefined {
    return typeof iss === 'string' ? issuers.get(iss) : undefined
  }

  async function verify(text: string, jws: CompactJws, issuer: TrustedIssuer): Promise<Result<AccessToken>> {
    const claims = await verifyJwt(jws, issuer.jwt, verifier)
    if (!claims.ok) return claims
    const verified = ok(await issuer.complete(claims.value, 'jwt', await verifier.digest(text)))
    cache.keep(text, verified)
    return verified
  }

  async function identify(text: string, digest: string | undefined): Promise<Result<AccessToken>> {
    const jws = readCompactJws(text, maxLength)
    if (!jws.ok) {
      const opaque = digest !== undefined && !jwsLike.test(text) && opaqueToken.test(text)
      return opaque ? askInTurn(text, digest, takers) : refuse('invalid_token', jws.reason)
    }
    const issuer = findIssuer(jws.value)
    if (issuer === undefined) return refuse('invalid_token', 'issuer')
    const { introspectsJwts, introspector } = issuer
    const isAsked = introspectsJwts && introspector !== undefined && digest !== undefined
    return isAsked ? introspector.introspect(text, digest) : verify(text, jws.value, issuer)
  }

  function recall(text: string, digest: string): Result<AccessToken> | Promise<Result<AccessToken>> {
    const holder = introspectors.find((introspector) => introspector.holds(digest))
    return holder === undefined ? identify(text, digest) : holder.introspect(text, digest)
  }

  return (text) => {
    const known = cache.find(text)
    if (known !== undefined) return known
    if (introspectors.length === 0) return identify(text, undefined)
    if (text.length > maxLength) return refuse('invalid_token', 'length')
    const digest = verifier.digest(text)
    return digest instanceof Promise ? digest.then((found) => recall(text, found)) : recall(text, digest)
  }
}

/** The first issuer that knows the token decides; that one of them can't be asked matters only where no other knows it. */
async function askInTurn(
  text: string,
  digest: string,
  introspectors: readonly Introspector[],
): Promise<Result<AccessToken>> {
  let last: Result<AccessToken> = refuse('invalid_token', 'compact')
  for (const introspector of introspectors) {
    const answer = await introspector.introspect(text, digest)
    if (answer.ok || (answer.rejection.code === 'invalid_token' && answer.rejection.reason !== 'inactive'))
      return answer
    if (last.ok || last.rejection.code !== 'introspection_unavailable') last = answer
  }
  return last
}
