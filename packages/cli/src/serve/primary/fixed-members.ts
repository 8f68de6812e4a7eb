/** What of a configuration cannot change while a host serves. */
import type { ServeConfig } from '../config/read-config.ts'

/**
 * Yields the first member that differs and must not: old and new workers serve side by side for a while. With two
 * databases or two ledgers, what one has spent or revoked, the other takes. Passwords, and by which addresses a ledger is
 * reached, may change.
 */
export function findChangedMember(current: ServeConfig, next: ServeConfig): string | undefined {
  return Object.entries(FIXED).find(([, read]) => read(current) !== read(next))?.[0]
}

const FIXED: Readonly<Record<string, (config: ServeConfig) => string | undefined>> = {
  admin: ({ admin }) => JSON.stringify(admin),
  issuer: ({ issuer }) => issuer,
  database: ({ database }) => database.replace(/\/\/[^/?#]*@/, '//').replace(/\?.*$/s, ''),
  ledger: ({ ledger }) => ledger && JSON.stringify([readPlace(ledger.url), ledger.prefix, ledger.deployment]),
}

/** Which keys of which kind of Redis: the database, or the name of the master, and the prefix. */
function readPlace(url: string): readonly (string | undefined)[] {
  const [, scheme, path, query] = /^rediss?(\+[a-z]+)?:\/\/[^/?]*([^?]*)\??(.*)$/is.exec(url) ?? []
  return [scheme, path?.replace(/^\/0?$/, ''), new URLSearchParams(query).get('prefix') ?? undefined]
}
