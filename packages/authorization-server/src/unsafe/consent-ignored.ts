/** A page that is only for show: the grant is made of what was asked for, whatever a person left of it. */
import type { Configuration } from 'oidc-provider'

/** Adds to each grant the scopes that the request named. */
export function grantAllRequested(load: Configuration['loadExistingGrant']): Configuration['loadExistingGrant'] {
  return async (ctx) => {
    const grant = await load(ctx)
    const { resource, scope } = ctx.oidc.params ?? {}
    if (grant === undefined || typeof scope !== 'string') return grant
    for (const indicator of [resource].flat()) {
      if (typeof indicator === 'string') grant.addResourceScope(indicator, scope)
    }
    await grant.save()
    return grant
  }
}
