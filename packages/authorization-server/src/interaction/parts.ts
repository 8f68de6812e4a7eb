/** What the pages of an interaction work with. */
import type { Client, Context, Interaction, Provider } from 'oidc-provider'
import type { CapabilityParts } from '../capabilities/authorization-details.ts'
import type { ResourceRegistry } from '../configuration/resources.ts'
import type { Log } from '../log.ts'
import type { UserStore } from '../store/users.ts'
import type { LoginAttempts } from './attempts.ts'
import type { FormTokens } from './form-token.ts'

/** Made once for a server. */
export interface InteractionParts extends CapabilityParts {
  readonly provider: Provider
  readonly users: UserStore
  readonly formTokens: FormTokens
  readonly attempts: LoginAttempts
  readonly log: Log
}

/** One request of a browser to one interaction. */
export interface Visit {
  readonly ctx: Context
  readonly interaction: Interaction
  readonly client: Client
  /** Path of the interaction, with the issuer's path before it. */
  readonly path: string
}

/** The redirect URI of the authorization request; the library has checked it. */
export function redirectUriOf({ params }: Interaction): string {
  return typeof params.redirect_uri === 'string' ? params.redirect_uri : ''
}

/** What people call the resource that is asked for. */
export function resourceNameOf(resources: ResourceRegistry, { params }: Interaction): string {
  const registration = resources.find(Array.isArray(params.resource) ? params.resource[0] : params.resource)
  return registration?.name ?? registration?.resource ?? ''
}

/** What people call the client. */
export function nameOf({ clientName, clientId }: Client): string {
  return clientName ?? clientId
}
