/** Attestations on their way in: taken off the request before the library, which knows an older draft, sees them. */
import type { Context, Middleware } from 'oidc-provider'

const ATTESTATION = 'oauth-client-attestation'
/** The proof of the draft's other mode, which is not spoken here: a DPoP proof says the same, and is needed anyway. */
const ATTESTATION_PROOF = 'oauth-client-attestation-pop'

/** What a request shows: one attestation, or something that cannot be one, with a constant word for the log. */
export type ShownAttestation =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'several' | 'other_mode' }

const shown = new WeakMap<Context, ShownAttestation>()

/** What the request shows; undefined when it shows nothing. */
export function findShownAttestation(ctx: Context): ShownAttestation | undefined {
  return shown.get(ctx)
}

/** Creates the middleware; it stands before the library's routes. */
export function createAttestationHeader(): Middleware {
  return (ctx, next) => {
    const { headersDistinct, headers } = ctx.req
    const values = headersDistinct[ATTESTATION] ?? []
    const found = readHeaders(values, headersDistinct[ATTESTATION_PROOF] !== undefined)
    if (found !== undefined) shown.set(ctx, found)
    delete headers[ATTESTATION]
    delete headers[ATTESTATION_PROOF]
    return next()
  }
}

function readHeaders([text, ...others]: readonly string[], hasProof: boolean): ShownAttestation | undefined {
  if (hasProof) return { ok: false, reason: 'other_mode' }
  if (text === undefined) return undefined
  return others.length === 0 ? { ok: true, text } : { ok: false, reason: 'several' }
}
