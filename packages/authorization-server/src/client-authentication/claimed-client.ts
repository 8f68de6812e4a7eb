/**
 * Which client a request claims to come from, for those ways of proving it that the library does not know. To the
 * library such a client has no credentials, so that the rest of it is proven in `authenticate-clients.ts`.
 */
import { readCompactJws } from '@countersign/core'
import type { Context, OidcContext, Provider } from 'oidc-provider'
import type { ClientRegistry } from '../configuration/client-registry.ts'
import { findShownAttestation } from './attestation-header.ts'

/** draft-ietf-oauth-spiffe-client-auth §3.1. */
const JWT_SVID = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe'

/** Where clients prove themselves. */
export const AUTHENTICATED_ROUTES: ReadonlySet<string> = new Set(['token', 'introspection', 'revocation'])

type Parameters = NonNullable<OidcContext['params']>

const svids = new WeakMap<Context, string>()

/** The JWT-SVID that a request came with. */
export function findSvid(ctx: Context): string | undefined {
  return svids.get(ctx)
}

/**
 * Makes the library's parameters name the client that only a credential names. What is read there is not verified yet:
 * it says no more than a `client_id` does.
 */
export function nameClaimedClients(provider: Provider, clients: ClientRegistry): void {
  const assembled = new WeakMap<OidcContext, Parameters>()
  Object.defineProperty(provider.OIDCContext.prototype, 'params', {
    configurable: true,
    get(this: OidcContext) {
      return assembled.get(this)
    },
    set(this: OidcContext, params: Parameters) {
      assembled.set(this, params)
      if (AUTHENTICATED_ROUTES.has(this.route)) nameClient(this.ctx, params, clients)
    },
  })
}

function nameClient(ctx: Context, params: Parameters, clients: ClientRegistry): void {
  // Two credentials at once are for the library to refuse.
  if (ctx.get('Authorization') !== '') return
  const { client_assertion: assertion, client_assertion_type: type } = params
  if (type === JWT_SVID && typeof assertion === 'string') {
    svids.set(ctx, assertion)
    params.client_assertion = undefined
    params.client_assertion_type = undefined
    const spiffeId = readSubject(assertion)
    params.client_id ??= spiffeId === undefined ? undefined : clients.findBySpiffeId(spiffeId)?.clientId
    return
  }
  const attestation = findShownAttestation(ctx)
  if (assertion === undefined && attestation?.ok === true) params.client_id ??= readSubject(attestation.text)
}

/** `sub`, on nobody's word. */
function readSubject(token: string): string | undefined {
  const jws = readCompactJws(token)
  const subject = jws.ok ? jws.value.payload.sub : undefined
  return typeof subject === 'string' ? subject : undefined
}
