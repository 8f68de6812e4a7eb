/** Model versions in order: numbers with full stops between, compared as numbers and never as text. */

const VERSION = /^\d{1,9}(?:\.\d{1,9}){0,7}$/

/** Is a text a version that has a place in the order? */
export function isModelVersion(text: string): boolean {
  return VERSION.test(text)
}

/** Is `actual` as late as `least`, or later? False for what is no such version: there is no telling. */
export function isVersionAtLeast(actual: string, least: string): boolean {
  if (!isModelVersion(actual) || !isModelVersion(least)) return false
  const [have, want] = [actual, least].map((version) => version.split('.').map(Number))
  for (let i = 0; i < Math.max(have?.length ?? 0, want?.length ?? 0); i++) {
    const difference = (have?.[i] ?? 0) - (want?.[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}
