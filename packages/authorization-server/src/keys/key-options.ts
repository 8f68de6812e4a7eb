/** What an operator says about signing keys, checked. */
import { CLOCK_DIFFERENCE } from '@countersign/core'
import type { KeyOptions, ResourceRegistration } from '../configuration/options.ts'
import { DEFAULT_LIFETIME } from '../configuration/resources.ts'
import { MAX_TOKEN_LIFETIME } from '../configuration/tokens.ts'

/** Seconds for which those who verify tokens may keep the published keys. */
const MOST_CACHED = 300

/** Every process has seen a new key after so many seconds, and differs from the others by no more than the clocks do. */
const LEAST_AHEAD = 2 * CLOCK_DIFFERENCE

/** A token is taken for so many seconds longer somewhere. */
const MARGIN = 60

/** The same, with `maxAge`: for how many seconds the published keys may be kept. */
export interface CheckedKeyOptions extends Required<KeyOptions> {
  readonly maxAge: number
}

/** Checks them; throws a TypeError that names the option and the cure. */
export function checkKeyOptions(
  { publishAheadSeconds = 2 * MOST_CACHED, retireAfterSeconds = MAX_TOKEN_LIFETIME + MARGIN }: KeyOptions,
  resources: readonly ResourceRegistration[],
): CheckedKeyOptions {
  const longest = Math.max(...resources.map(({ accessTokenLifetime = DEFAULT_LIFETIME }) => accessTokenLifetime), 0)
  assertAtLeast('publishAheadSeconds', publishAheadSeconds, LEAST_AHEAD)
  assertAtLeast('retireAfterSeconds', retireAfterSeconds, longest + MARGIN)
  return { publishAheadSeconds, retireAfterSeconds, maxAge: Math.min(MOST_CACHED, Math.floor(publishAheadSeconds / 2)) }
}

function assertAtLeast(name: keyof KeyOptions, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new TypeError(`keys.${name} is a whole number of seconds, ${least} at the least: tokens would not be verified.`)
}
