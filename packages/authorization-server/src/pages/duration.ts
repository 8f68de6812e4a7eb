/** Lengths of time, as people say them. */

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** Writes whole seconds in the greatest unit that says them exactly: `30 days`, `1 hour`, `90 seconds`. */
export function formatDuration(seconds: number): string {
  const [name, length] = UNITS.find(([, size]) => seconds >= size && seconds % size === 0) ?? ['second', 1]
  const count = seconds / length
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
