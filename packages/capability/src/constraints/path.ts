/** POSIX paths (IEEE Std 1003.1-2024 §4.16) that mean the same to whoever reads them next. */

const MOST_UNITS = 4096
// Backslash: a separator elsewhere. Percent: decoded later. Control characters: an end to the path, or to the line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const UNFIT = /[\\%\u0000-\u001f\u007f]/
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/
const BEYOND_ASCII = /[\u0080-\uffff]/

/**
 * Takes a path, absolute or relative; yields it with repeated and trailing slashes dropped. `undefined` when it is
 * empty, begins with two slashes (which POSIX leaves to the system) or with `~` (which a shell takes for a home), has a
 * dot segment, or a character that the next reader may take for something else. Links are for the tool to mind.
 */
export function normalisePath(path: string): string | undefined {
  if (path === '' || path.length > MOST_UNITS || path.startsWith('//') || path.startsWith('~')) return undefined
  if (isUnfit(path)) return undefined
  if (BEYOND_ASCII.test(path) && !survivesFolding(path)) return undefined
  const single = path.replaceAll(/\/{2,}/g, '/')
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single
}

/** Takes two normalised paths; whether the first is the second or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`)
}

/** A reader that folds letters to their plain forms (NFKC) finds no separator and no dots where there were none. */
function survivesFolding(path: string): boolean {
  const folded = path.normalize('NFKC')
  return !isUnfit(folded) && countSlashes(folded) === countSlashes(path)
}

function isUnfit(path: string): boolean {
  return UNFIT.test(path) || DOT_SEGMENT.test(path)
}

function countSlashes(path: string): number {
  return path.split('/').length - 1
}
