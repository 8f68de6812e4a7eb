/** Time, injected: nothing in these packages reads the system clock by itself. */

/** Yields the time now, in seconds since 1970-01-01T00:00:00Z, fractions included (a NumericDate, RFC 7519 §2). */
export type Clock = () => number

/** The system's clock. */
export const systemClock: Clock = () => Date.now() / 1000

/** Seconds by which the clocks of those who share a store, or believe one another's dates, differ at the most. */
export const CLOCK_DIFFERENCE = 5
