/** `WWW-Authenticate` challenges (RFC 9110 §11.6.1): written strictly, read leniently. */

/** One challenge. Parameter names are lower case (RFC 9110 §11.2); values are unquoted. */
export interface Challenge {
  readonly scheme: string
  readonly params: Readonly<Record<string, string>>
}

const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/
const PRINTABLE = /^[\x20-\x7e]*$/

/**
 * Yields the value of the header. Every parameter value is quoted. Throws a `TypeError` when a name is no token or a
 * value is not printable ASCII: a line break in it would be a header of its own.
 */
export function formatChallenge(challenge: Challenge): string {
  if (!TOKEN.test(challenge.scheme)) throw new TypeError('A challenge scheme is a token (RFC 9110 §5.6.2).')
  const params = Object.entries(challenge.params).map(([name, value]) => {
    if (!TOKEN.test(name)) throw new TypeError('A challenge parameter name is a token (RFC 9110 §5.6.2).')
    if (!PRINTABLE.test(value)) throw new TypeError(`The challenge parameter ${name} must be printable ASCII.`)
    return `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`
  })
  return params.length === 0 ? challenge.scheme : `${challenge.scheme} ${params.join(', ')}`
}

const MOST_CHARACTERS = 8192
const MOST_CHALLENGES = 16
const MOST_PARAMS = 32

// One element of the header: a parameter, or a scheme with or without what follows it. Sticky, and no two parts of it
// match the same characters, so the time is linear.
const COMMAS = /[\s,]*/y
const PARAM = /([!#$%&'*+\-.^`|~\w]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^`|~\w:/?@]+))(?=[\s,]|$)/y
const SCHEME = /([!#$%&'*+\-.^`|~\w]+)(?=[\s,]|$)/y
const TOKEN68 = /[ \t]+[\w\-.~+/]+=*[ \t]*(?=,|$)/y

/**
 * Reads the value of the header, several challenges one after another included. What cannot be read ends the reading;
 * what was read before it stays. A repeated parameter keeps its first value. At most 8192 characters, 16 challenges and
 * 32 parameters of each are read. Never throws.
 */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, MOST_CHARACTERS)
  const challenges: { scheme: string; params: Record<string, string> }[] = []
  let at = 0
  for (;;) {
    at = skip(COMMAS, text, at)
    if (at >= text.length) break
    const current = challenges.at(-1)
    const param = current === undefined ? null : match(PARAM, text, at)
    if (current !== undefined && param !== null) {
      addParam(current.params, param)
      at += param[0].length
      continue
    }
    const scheme = match(SCHEME, text, at)
    if (scheme === null || challenges.length === MOST_CHALLENGES) break
    // No prototype: a parameter may be called anything.
    challenges.push({ scheme: scheme[1] ?? '', params: Object.create(null) })
    at = skip(TOKEN68, text, at + scheme[0].length)
  }
  return challenges
}

function addParam(params: Record<string, string>, [, name = '', quoted, plain = '']: RegExpExecArray): void {
  const lower = name.toLowerCase()
  if (Object.hasOwn(params, lower) || Object.keys(params).length === MOST_PARAMS) return
  params[lower] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function skip(pattern: RegExp, text: string, at: number): number {
  return at + (match(pattern, text, at)?.[0].length ?? 0)
}
