/** Tokens that were verified before, by their exact string: a warm call pays for no second signature. */
import type { Clock, Ok, Result } from '@countersign/core'
import type { AccessToken } from './access-token.ts'

const maxEntries = 10_000

/** Characters at the end of a token, part of its signature: enough to tell tokens apart, and cheaper to look up than all. */
const suffixLength = 43

/** Yields the verified token, from memory or by verifying. */
export type AccessTokenReader = (text: string) => Promise<Result<AccessToken>> | Result<AccessToken>

interface Entry {
  readonly text: string
  readonly verified: Ok<AccessToken>
}

/**
 * Remembers what `verify` accepted until it expires. Only verified tokens get in, so a stranger can't fill it;
 * an agent that holds very many can only push out the oldest.
 */
export function createAccessTokenCache(
  verify: (text: string) => Promise<Result<AccessToken>>,
  clock: Clock,
): AccessTokenReader {
  const entries = new Map<string, Entry>()

  async function verifyAndKeep(text: string): Promise<Result<AccessToken>> {
    const verified = await verify(text)
    if (!verified.ok) return verified
    const [oldest] = entries.keys()
    if (oldest !== undefined && entries.size >= maxEntries) entries.delete(oldest)
    entries.set(text.slice(-suffixLength), { text, verified })
    return verified
  }

  return (text) => {
    const suffix = text.slice(-suffixLength)
    const known = entries.get(suffix)
    // The suffix only finds the entry; what was verified is the whole text.
    if (known?.text !== text) return verifyAndKeep(text)
    if (clock() >= known.verified.value.expires) entries.delete(suffix)
    return known.verified
  }
}
