/** Tokens that were verified before, by their exact string: a warm call pays for no second signature. */
import { type Clock, ok, type Result } from '@countersign/core'
import type { AccessToken } from './access-token.ts'

const maxEntries = 10_000

/** Yields the verified token, from memory or by verifying. */
export type AccessTokenReader = (text: string) => Promise<Result<AccessToken>> | Result<AccessToken>

/**
 * Remembers what `verify` accepted until it expires. Only verified tokens get in, so a stranger can't fill it;
 * an agent that holds very many can only push out the oldest.
 */
export function createAccessTokenCache(
  verify: (text: string) => Promise<Result<AccessToken>>,
  clock: Clock,
): AccessTokenReader {
  const entries = new Map<string, Result<AccessToken>>()

  async function verifyAndKeep(text: string): Promise<Result<AccessToken>> {
    const verified = await verify(text)
    if (!verified.ok) return verified
    const [oldest] = entries.keys()
    if (oldest !== undefined && entries.size >= maxEntries) entries.delete(oldest)
    entries.set(text, ok(verified.value))
    return verified
  }

  return (text) => {
    const known = entries.get(text)
    if (known === undefined) return verifyAndKeep(text)
    if (known.ok && clock() >= known.value.expires) entries.delete(text)
    return known
  }
}
