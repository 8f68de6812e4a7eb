/** Reads `WWW-Authenticate` (RFC 9110 §11.6.1): which schemes a server asks for, and what it says to each. */
import type { Exchange } from '../probe/exchange.ts'

/** One challenge; parameter names in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

const SCHEME = /(?:^|,)\s*([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*$|\s*,)/g
const PARAMETER = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g

/** Every challenge of an answer; malformed ones are left out. */
export function readChallenges({ headers }: Exchange): readonly Challenge[] {
  return (headers['www-authenticate'] ?? []).flatMap(parseChallenges)
}

function parseChallenges(text: string): readonly Challenge[] {
  const starts = [...text.matchAll(SCHEME)]
  return starts.map((match, index) => {
    const rest = text.slice(match.index + match[0].length, starts[index + 1]?.index)
    const parameters = [...rest.matchAll(PARAMETER)].map(
      ([, name = '', quoted, plain]) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? ''] as const,
    )
    return { scheme: match[1] ?? '', parameters: Object.fromEntries(parameters) }
  })
}

/** What a parameter says, in whichever challenge it stands first. */
export function readChallengeParameter(exchange: Exchange, name: string): string | undefined {
  return readChallenges(exchange)
    .map(({ parameters }) => parameters[name])
    .find((value) => value !== undefined)
}
