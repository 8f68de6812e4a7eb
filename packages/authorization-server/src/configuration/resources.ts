/** Resource indicators (RFC 8707): one token, one resource, one string in `aud`. */
import type { Client, Context, OidcContext, ResourceServerInfo } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { requestedCapabilities } from '../capabilities/requested-capabilities.ts'
import { toIntrospectorMetadata } from './introspectors.ts'
import type { ResourceRegistration } from './options.ts'
import { MAX_TOKEN_LIFETIME, SIGNING_ALGORITHM } from './tokens.ts'

/** Seconds that an access token lives unless its resource says otherwise: not everybody hears that it was revoked. */
export const DEFAULT_LIFETIME = 300

/** The registered resources. */
export interface ResourceRegistry {
  /** Every scope of every resource. */
  readonly scopes: readonly string[]
  /** The registration that an indicator names, if any. */
  find(indicator: unknown): ResourceRegistration | undefined
  /** The registration whose tokens a client may introspect, if any. */
  findByIntrospector(clientId: string): ResourceRegistration | undefined
  /** The metadata of all that introspect, as clients. */
  readonly introspectors: readonly Record<string, unknown>[]
  /** True when one of them has a secret. */
  readonly introspectsWithSecret: boolean
  /** What a token for the resource is; throws `invalid_target` for a stranger. */
  describe(ctx: Context, indicator: string, client: Client): ResourceServerInfo
  /** The resource of a request that names none: that of its capabilities, or the only one, or `invalid_target`. */
  defaultIndicator(oidc: OidcContext): string
}

/** Checks registrations, and throws a TypeError that names the cure when one cannot be. */
export function createResourceRegistry(registrations: readonly ResourceRegistration[]): ResourceRegistry {
  const byHref = new Map<string, ResourceRegistration>()
  const byIntrospector = new Map<string, ResourceRegistration>()
  for (const registration of registrations) {
    const href = checkResource(registration)
    if (byHref.has(href)) throw new TypeError(`The resource ${registration.resource} is registered twice.`)
    byHref.set(href, registration)
    const { introspection } = registration
    if (introspection === undefined) continue
    if (byIntrospector.has(introspection.clientId)) {
      throw new TypeError(`${JSON.stringify(introspection.clientId)} introspects for two resources: give each its own.`)
    }
    byIntrospector.set(introspection.clientId, registration)
  }
  // Clients rebuild the indicator with a URL parser: https://mcp.example and https://mcp.example/ are one.
  const find = (indicator: unknown) =>
    typeof indicator === 'string' ? byHref.get(URL.parse(indicator)?.href ?? '') : undefined

  return {
    scopes: [...new Set(registrations.flatMap(({ scopes }) => Object.keys(scopes)))],
    find,
    introspectors: toIntrospectorMetadata(registrations),
    introspectsWithSecret: registrations.some(({ introspection }) => introspection?.secret !== undefined),
    findByIntrospector: (clientId) => byIntrospector.get(clientId),
    describe(ctx, indicator, client) {
      const requested = ctx.oidc.params?.resource
      const registration = find(indicator)
      if (registration === undefined || (Array.isArray(requested) && requested.length > 1)) {
        throw new errors.InvalidTarget('name exactly one resource that is known here')
      }
      const capabilities = requestedCapabilities(ctx.oidc)
      if (capabilities.some(({ locations }) => locations[0] !== registration.resource)) {
        throw new errors.InvalidTarget('a token is for one resource: name it in each of the details, and no other')
      }
      const allowed = allowedScopes(registration, client)
      if (ctx.oidc.route === 'authorization') settleScope(ctx.oidc, allowed)
      return {
        audience: registration.resource,
        scope: allowed.join(' '),
        accessTokenTTL: registration.accessTokenLifetime ?? DEFAULT_LIFETIME,
        accessTokenFormat: registration.accessTokenFormat ?? 'jwt',
        jwt: { sign: { alg: SIGNING_ALGORITHM } },
      }
    },
    defaultIndicator(oidc) {
      const [capability] = requestedCapabilities(oidc)
      if (capability !== undefined) return capability.locations[0]
      const [only, ...others] = registrations
      if (only === undefined || others.length > 0) throw new errors.InvalidTarget('the request names no resource')
      return only.resource
    },
  }
}

/** The scopes of a resource that a client is registered for: no token for it ever carries another. */
export function allowedScopes(registration: ResourceRegistration, client: Client): string[] {
  const registered = new Set(client.scope?.split(' '))
  return Object.keys(registration.scopes).filter((scope) => registered.has(scope))
}

/**
 * A request to a person that names neither scopes nor capabilities offers all that the client may have there (RFC 6749
 * §3.3): it is written out on the page, and the person decides. One that names none of them is refused.
 */
function settleScope(oidc: OidcContext, allowed: readonly string[]): void {
  const { params } = oidc
  if (params === undefined) return
  if (params.scope === undefined && requestedCapabilities(oidc).length > 0) return
  if (params.scope === undefined) params.scope = allowed.join(' ')
  const requested = String(params.scope).split(' ')
  if (!requested.some((scope) => scope === 'openid' || allowed.includes(scope))) {
    throw new errors.InvalidScope('this client has none of the requested scopes at this resource', requested.join(' '))
  }
}

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function checkResource({ resource, scopes, accessTokenLifetime = DEFAULT_LIFETIME }: ResourceRegistration): string {
  const url = URL.parse(resource)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hash !== '' || url.username !== '') {
    throw new TypeError(`The resource ${JSON.stringify(resource)} is not an absolute http(s) URI without fragment.`)
  }
  for (const scope of Object.keys(scopes)) {
    if (!scopeToken.test(scope) || scope === 'openid' || scope === 'offline_access') {
      throw new TypeError(`${JSON.stringify(scope)} cannot be a scope of ${resource} (RFC 6749 §3.3).`)
    }
  }
  if (
    !Number.isSafeInteger(accessTokenLifetime) ||
    accessTokenLifetime < 1 ||
    accessTokenLifetime > MAX_TOKEN_LIFETIME
  ) {
    throw new TypeError(`Access tokens for ${resource} live 1 … ${MAX_TOKEN_LIFETIME} seconds.`)
  }
  return url.href
}
