/** Spans of time in words. */

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** Seconds as the two greatest units: "4 minutes 12 seconds". */
export function describeSpan(seconds: number): string {
  let rest = Math.round(Math.abs(seconds))
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest %= size
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]
  })
  return parts.slice(0, 2).join(' ') || '0 seconds'
}

/** When that is, seen from `now`: "in 4 minutes 12 seconds", "3 days ago". */
export function describeMoment(time: number, now: number): string {
  return time > now ? `in ${describeSpan(time - now)}` : `${describeSpan(now - time)} ago`
}
