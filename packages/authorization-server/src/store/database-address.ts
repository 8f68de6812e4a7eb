/** Where an authorization server keeps everything: read from one text. */
import type { AuthorizationServerOptions } from '../configuration/options.ts'

/** `place` is a path, or a URL, which may hold a password. */
export interface DatabaseAddress {
  readonly kind: 'sqlite' | 'postgres'
  readonly place: string
}

/** Reads it; throws a TypeError that names the cure, and quotes no URL. */
export function readDatabaseAddress({
  database,
  encryption,
}: Pick<AuthorizationServerOptions, 'database' | 'encryption'>): DatabaseAddress {
  const [, scheme, rest] = /^([a-z][a-z\d+.-]+):(.*)$/i.exec(database) ?? []
  if (scheme === undefined || rest === undefined) return { kind: 'sqlite', place: database }
  switch (scheme.toLowerCase()) {
    case 'sqlite':
      return { kind: 'sqlite', place: rest }
    case 'postgres':
    case 'postgresql':
      if (encryption !== undefined) return { kind: 'postgres', place: database }
      throw new TypeError(
        'In PostgreSQL, secrets are kept encrypted: give `encryption: { key }`, 32 octets from the environment or a ' +
          'file that only this server reads. `openssl rand -hex 32` makes one.',
      )
    default:
      throw new TypeError(`The database is a path, or begins with sqlite: or postgres://, not with ${scheme}:.`)
  }
}
