/** The buckets of histograms, in seconds. */

/** From one signature (tens of microseconds) to a body, or keys, that take their time. */
export const durationBoundaries = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]
/** From the way of a request to clocks that were never set. */
export const skewBoundaries = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 3600]

/** Others write `iat`; one absurd value must not drown the sum of all. */
const greatestSkew = 86_400

/** Yields how far a clock is off, without its sign, a day at the most. */
export function capSkew(seconds: number): number {
  return Math.min(Math.abs(seconds), greatestSkew)
}
