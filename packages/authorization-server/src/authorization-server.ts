/** The authorization server: OAuth 2.1 for MCP, on oidc-provider and a durable store. */
import { checkIssuer } from './configuration/issuer.ts'
import type { AuthorizationServerOptions, Revocation } from './configuration/options.ts'
import { createProvider } from './create-provider.ts'
import { createListener, type RequestListener } from './http/listener.ts'
import { followSigningKeys } from './keys/follow-keys.ts'
import type { KeyDescription } from './keys/signing-keys.ts'
import { revokeByOperator } from './revocation/admin.ts'
import { hearSecurityEvents } from './revocation/channel.ts'
import { createSecurityEvents } from './revocation/security-events.ts'
import { followRevokedKeys } from './revocation/trusted-keys.ts'
import { openDurableState } from './store/durable-state.ts'
import { probeStores } from './store/probe.ts'
import { tellOperator } from './store/unavailable.ts'
import { watchStores } from './store/watch-stores.ts'
import type { Variation } from './variation.ts'

/** A running authorization server; it listens to nothing by itself. */
export interface AuthorizationServer {
  readonly issuer: string
  /** For `http.createServer` or `https.createServer`. */
  readonly listener: RequestListener
  /**
   * Ends what was issued, from this moment on, and on the disk before it resolves: `{ token }` one access token, by its
   * `jti` (of an opaque one: the `jti` that introspection tells); `{ grant }` all that a person once approved, by
   * `grant_id`; `{ attestationKey }` each access token that tells of an agent on the word of that key;
   * `{ agent }` all that is bound to a key, refresh tokens included; `{ capability }` each access token that it stands in,
   * or one that was narrowed from it, while refresh tokens go on without it; `{ client }` and `{ subject }` everything that was issued to a client, or for a person, so far, refresh tokens included. The client may ask, and the person may log in, again at once: to keep them out, take them out of
   * the registrations. Guards refuse revoked tokens within 2 seconds. Rejects with a TypeError for anything else.
   */
  revoke(what: Revocation): Promise<void>
  /**
   * Adds the next signing key and yields it. It is published at once, here, and within 2 seconds at every other process
   * with the same database, signs when its time has come, and the one before stays published until its last token is
   * over; nothing is restarted. While a next key waits, that one is yielded.
   *
   * `stolen`: somebody else may have a key. The new one signs at once, and no other is published any more: access tokens
   * fall as soon as those who verify them read the keys anew, refresh tokens stay, and nobody has to log in again.
   */
  rotateKeys(options?: { readonly stolen?: boolean }): Promise<KeyDescription>
  /** The signing keys that are published, as this process knows them, the one that signs first. */
  keys(): readonly KeyDescription[]
  /**
   * Resolves once something was written to database and ledger, and is on the disk, as is all that the trust list has
   * revoked; rejects while nothing can be. For readiness probes; to be asked about once a second at most.
   */
  probe(): Promise<void>
  /** Closes the database; requests still under way fail. */
  close(): Promise<void>
}

/**
 * Creates an authorization server. Rejects with a TypeError for options that cannot be, and with `DatabaseUnusable`
 * for a database that cannot be used.
 */
export function createAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  return assembleAuthorizationServer(options, {})
}

/** The same, varied. */
export async function assembleAuthorizationServer(
  options: AuthorizationServerOptions,
  variation: Variation,
): Promise<AuthorizationServer> {
  checkIssuer(options.issuer)
  if (options.ledger?.lifetime === 'run') {
    throw new TypeError('This ledger forgets when the process ends: the authorization server needs a durable one.')
  }
  const { issuer, trust, log = () => {} } = options
  const state = await openDurableState(options, log)
  const revoked = followRevokedKeys(trust, state.revocations, log)
  const ends = [...watchStores(state, log), () => revoked?.stop()]
  const close = async () => {
    for (const end of ends) end()
    await state.store.close()
  }
  try {
    const provider = await createProvider(options, state, variation)
    const following = followSigningKeys(provider, state.keys, log)
    ends.push(() => following.stop())
    if (revoked !== undefined) {
      const audiences = [issuer, ...options.resources.map(({ resource }) => resource)]
      ends.push(hearSecurityEvents(options.channel, { trust: revoked.trust, audiences, log }))
      provider.use(createSecurityEvents(issuer, revoked, (event) => state.announcements.securityEvent(event)))
    }
    await revoked?.settled()
    return {
      issuer,
      listener: createListener(new URL(issuer), provider.callback()),
      revoke: (what) => tellOperator(() => revokeByOperator(state.revocations, what)),
      probe: () =>
        tellOperator(async () => {
          await probeStores(issuer, state)
          await following.settled()
          await revoked?.settled()
        }),
      rotateKeys: ({ stolen = false } = {}) =>
        tellOperator(() => (stolen ? state.keys.replaceAll() : state.keys.rotate())),
      keys: () => state.keys.describe(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
