/** Keeps a process in step with the keys of its store, and the library with both. */
import type { Provider } from 'oidc-provider'
import instance from 'oidc-provider/lib/helpers/weak_cache.js'
import { describeServerError, type Log } from '../log.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Changes made by other processes are here after so many milliseconds; keys change their state as late as that. */
const INTERVAL_MS = 1000

/** Follows; `stop` ends it. `settled` rejects when the last look at the store failed. */
export interface FollowedSigningKeys {
  settled(): Promise<void>
  stop(): void
}

/** Gives the library every change, for tokens that are signed from then on and for its JWKS. */
export function followSigningKeys(provider: Provider, keys: SigningKeys, log: Log): FollowedSigningKeys {
  keys.onChange(() => {
    installKeys(provider, keys)
    log({ type: 'signing_keys_changed', keyId: keys.describe()[0]?.kid ?? '' })
  })
  let last: Promise<void> = Promise.resolve()
  let isRunning = false
  const look = async (): Promise<void> => {
    if (isRunning) return last
    isRunning = true
    last = keys.refresh().finally(() => {
      isRunning = false
    })
    return last
  }
  // Once for each time that they cannot be read, however long that lasts.
  let isTold = false
  const timer = setInterval(() => {
    look().then(
      () => {
        isTold = false
      },
      (error: unknown) => {
        if (!isTold) log(describeServerError(error))
        isTold = true
      },
    )
  }, INTERVAL_MS)
  timer.unref()
  return { settled: () => last, stop: () => clearInterval(timer) }
}

/** In one step: no request is served with half of the keys. */
function installKeys(provider: Provider, keys: SigningKeys): void {
  const internals = instance(provider)
  const published = keys.published()
  internals.keystore.clear()
  for (const key of published) internals.keystore.add(key)
  internals.jwks = { keys: published.map(({ kty, use, kid, alg, crv, x }) => ({ kty, use, kid, alg, crv, x })) }
}
