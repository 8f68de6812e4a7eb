/** Finds what happens again and again, so that a drawing shows it once. */

/** Some things in a row, and how often they came. */
export interface Repeated<T> {
  readonly block: readonly T[]
  readonly times: number
}

/** What repeats itself less often is shown as it is. */
const LEAST_TIMES = 3

/** Longer ones are no pattern to a reader. */
const LONGEST_BLOCK = 4

/** The same things in the same order, each block that comes several times in a row only once; alike is what has one key. */
export function foldRepeats<T>(things: readonly T[], keyOf: (thing: T) => string): readonly Repeated<T>[] {
  const keys = things.map(keyOf)
  const folded: Repeated<T>[] = []
  let at = 0
  while (at < things.length) {
    const { length, times } = findRepeat(keys, at)
    folded.push({ block: things.slice(at, at + length), times })
    at += length * times
  }
  return folded
}

/** The block that begins here and covers most; one thing, once, where none repeats itself. */
function findRepeat(keys: readonly string[], at: number): { readonly length: number; readonly times: number } {
  let best = { length: 1, times: 1 }
  for (let length = 1; length <= LONGEST_BLOCK; length++) {
    const times = countRepeats(keys, at, length)
    if (times >= LEAST_TIMES && times * length > best.times * best.length) best = { length, times }
  }
  return best
}

function countRepeats(keys: readonly string[], at: number, length: number): number {
  const isSame = (from: number): boolean =>
    from + length <= keys.length &&
    Array.from({ length }, (_, index) => index).every((i) => keys[from + i] === keys[at + i])
  let times = 1
  while (isSame(at + times * length)) times++
  return times
}
