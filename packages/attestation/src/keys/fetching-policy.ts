/** How issuers' keys are fetched: how long they count, how hard they are tried for, and when a server is left in peace. */

/** All times in seconds. */
export interface FetchingPolicy {
  /** For how long a plain key set or SPIFFE bundle counts; 3600. A signed bundle says so itself. */
  readonly ttl: number
  /** The age at which keys are fetched anew in the background, well ahead of `ttl`; 300. A SPIFFE refresh hint goes before it. */
  readonly refreshAfter: number
  /** For one fetch, from the name to the last octet, and for a call that waits for keys; 10. */
  readonly timeout: number
  /** Tries after the first one, where another try may help; 3. */
  readonly retries: number
  /** Before the first of them; from one to the next it doubles, with jitter; 0.2. */
  readonly retryDelay: number
  /** Failures in a row after which a server is left in peace; 5. */
  readonly breakerFailures: number
  /** For how long, until one fetch tries whether it is back; 30. */
  readonly breakerRest: number
  /** Fetches from one server in any minute, whatever asks for them; 5. */
  readonly fetchesPerMinute: number
  /** For how long a key id that was not found is not looked for again; 60. */
  readonly unknownKeyRest: number
}

/** What holds unless an operator says otherwise. */
export const defaultFetchingPolicy: FetchingPolicy = {
  ttl: 3600,
  refreshAfter: 300,
  timeout: 10,
  retries: 3,
  retryDelay: 0.2,
  breakerFailures: 5,
  breakerRest: 30,
  fetchesPerMinute: 5,
  unknownKeyRest: 60,
}

/** The least and the most of each member. */
const BOUNDS: Readonly<Record<keyof FetchingPolicy, readonly [number, number]>> = {
  ttl: [1, 86_400],
  refreshAfter: [1, 86_400],
  timeout: [0.01, 60],
  retries: [0, 10],
  retryDelay: [0.001, 60],
  breakerFailures: [1, 100],
  breakerRest: [1, 3600],
  fetchesPerMinute: [1, 600],
  unknownKeyRest: [1, 3600],
}

const WHOLE: readonly (keyof FetchingPolicy)[] = ['retries', 'breakerFailures', 'fetchesPerMinute']

/** Completes a policy from the defaults. Throws a `RangeError` that names the member which makes no sense. */
export function completeFetchingPolicy(partial: Partial<FetchingPolicy> = {}): FetchingPolicy {
  const policy = { ...defaultFetchingPolicy, ...partial }
  for (const name of Object.keys(policy)) {
    if (!isMember(name)) throw new RangeError(`fetching: there is no setting ${JSON.stringify(name.slice(0, 100))}.`)
    const [least, most] = BOUNDS[name]
    const value = policy[name]
    const fits = value >= least && value <= most && (!WHOLE.includes(name) || Number.isInteger(value))
    if (!fits) throw new RangeError(`fetching: ${name} is a number from ${least} to ${most}.`)
  }
  if (policy.refreshAfter <= policy.ttl) return policy
  // Shorter lives are asked for in order to be shorter.
  if (partial.refreshAfter === undefined) return { ...policy, refreshAfter: policy.ttl / 2 }
  throw new RangeError('fetching: refreshAfter is at most ttl.')
}

function isMember(name: string): name is keyof FetchingPolicy {
  return Object.hasOwn(BOUNDS, name)
}
