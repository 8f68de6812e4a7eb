/** DPoP proofs at the token endpoint (RFC 9449 §5, §8): judged as strictly, and as fast, as a guard judges them. */
import { CLOCK_DIFFERENCE, normaliseHttpUri, type Verifier } from '@countersign/core'
import { createProofVerifier, type NonceRing, type VerifiedProof } from '@countersign/dpop'
import { type Context, errors } from 'oidc-provider'

/** What the library's grants take for a verified proof. */
export interface TokenProof {
  readonly thumbprint: string
  readonly jti: string
}

/** What `createTokenProofs` needs. */
export interface TokenProofParts {
  readonly issuer: string
  readonly nonces: NonceRing
  readonly verifier: Verifier
  readonly now: () => number
}

/** Proofs that were verified, by the request that they came with. */
const verified = new WeakMap<Context, VerifiedProof>()

/** The proof of a request, once it was verified. */
export function findTokenProof(ctx: Context): VerifiedProof | undefined {
  return verified.get(ctx)
}

/**
 * Creates the check of a token request's proof: yields undefined when there is none, and throws `invalid_dpop_proof`, or
 * `use_dpop_nonce` with the nonce to use. Its id is spent later, once the rest of the request was found good.
 */
export function createTokenProofs(parts: TokenProofParts): (ctx: Context) => Promise<TokenProof | undefined> {
  const { issuer, nonces, verifier, now } = parts
  const policy = { nonce: 'required', clockDifference: CLOCK_DIFFERENCE } as const
  const proofs = createProofVerifier({ verifier, clock: now, nonces, policy })
  const endpoint = normaliseHttpUri(`${issuer}/token`) ?? `${issuer}/token`

  return async (ctx) => {
    const known = verified.get(ctx)
    if (known !== undefined) return { thumbprint: known.jkt, jti: known.jti }
    const proof = ctx.get('DPoP')
    if (proof === '') return undefined
    const result = await proofs.verify(proof, { method: 'POST', endpoint })
    if (!result.ok && result.rejection.code !== 'use_dpop_nonce') {
      throw new errors.InvalidDpopProof('the DPoP proof is not valid for this request')
    }
    if (!result.ok || !result.value.newestNonce) ctx.set('DPoP-Nonce', await nonces.current())
    if (!result.ok) throw new errors.UseDpopNonce('the DPoP proof needs the nonce that comes with this answer')
    verified.set(ctx, result.value)
    return { thumbprint: result.value.jkt, jti: result.value.jti }
  }
}
