/** Token errors said more clearly than the library says them. */
import type { Context, OIDCProviderError } from 'oidc-provider'

/** Corrects the response to a refused token request; the library has filled it in just before. */
export function clarifyTokenError(ctx: Context, error: OIDCProviderError): void {
  if (error.error_detail === 'request entity too large') {
    ctx.status = 413
    ctx.set('Connection', 'close')
  }
  // RFC 9449 §5.2 binds this client's tokens; `invalid_grant` alone would send its author looking elsewhere.
  if (error.error_detail === 'DPoP proof JWT not provided' || error.message === 'DPoP proof JWT not provided') {
    ctx.body = {
      error: 'invalid_dpop_proof',
      error_description: 'a DPoP proof is required: tokens of this client are bound to a key',
    }
  }
}
