/** What a token exchange asks for (RFC 8693 §2.1), with everything in it that we do not do refused. */
import type { CapabilityRequest } from '@countersign/capability'
import { parseScope } from '@countersign/core/wire'
import { type Context, errors, type OidcContext } from 'oidc-provider'
import { requestedCapabilities } from '../capabilities/requested-capabilities.ts'
import { ACCESS_TOKEN } from './grant-type.ts'

/** The parameters that are read beside the client's own. */
export const exchangeParameters: ReadonlySet<string> = new Set([
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'audience',
  'resource',
  'scope',
  'authorization_details',
  'may_act',
])

/** The request. */
export interface ExchangeRequest {
  readonly subjectToken: string
  /** What `resource` and `audience` name, in any order; empty for the token's own. */
  readonly targets: readonly string[]
  /** Undefined when it is left out. */
  readonly scopes: readonly string[] | undefined
  /** Undefined when it is left out. */
  readonly capabilities: readonly CapabilityRequest[] | undefined
  /** The client that the new token may be passed on to; ours: RFC 8693 leaves open how `may_act` is asked for. */
  readonly mayAct: string | undefined
}

/** Throws `invalid_request`, `invalid_scope` or `invalid_authorization_details`. */
export function readExchangeRequest({ oidc }: Context): ExchangeRequest {
  const { params = {} } = oidc
  const { subject_token: subjectToken, requested_token_type: requested = ACCESS_TOKEN, may_act: mayAct } = params
  if (typeof subjectToken !== 'string' || subjectToken === '') throw invalid('subject_token is missing')
  if (params.subject_token_type !== ACCESS_TOKEN || requested !== ACCESS_TOKEN) {
    throw invalid(`only tokens of the type ${ACCESS_TOKEN} are exchanged here, for such`)
  }
  if (params.actor_token !== undefined || params.actor_token_type !== undefined) {
    throw invalid('no actor_token is taken here: the client that asks is the actor')
  }
  if (mayAct !== undefined && typeof mayAct !== 'string') throw invalid('may_act names one client')
  return {
    subjectToken,
    targets: [params.resource, params.audience].flat().filter((target) => typeof target === 'string'),
    scopes: readScopes(params.scope),
    capabilities: namesDetails(oidc) ? requestedCapabilities(oidc) : undefined,
    mayAct,
  }
}

/** An empty list is nothing, and no parameter is all there is: the library makes one of both, so this looks before it did. */
function namesDetails({ body }: OidcContext): boolean {
  const sent = body?.authorization_details
  return sent !== undefined && sent !== ''
}

function readScopes(scope: unknown): readonly string[] | undefined {
  if (scope === undefined) return undefined
  const scopes = parseScope(scope)
  if (scopes === undefined) throw new errors.InvalidScope('scope cannot be read', '')
  return scopes
}

function invalid(problem: string): Error {
  return new errors.InvalidRequest(problem)
}
