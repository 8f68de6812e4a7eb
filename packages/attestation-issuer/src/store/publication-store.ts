/** The newest bundle at rest. */
import type { DatabaseSync } from 'node:sqlite'

/** A bundle that was published. */
export interface Publication {
  /** Whose bundle it is. */
  readonly issuer: string
  /** The revision of the keys that it tells of. */
  readonly revision: number
  readonly sequence: number
  /** NumericDate. */
  readonly issued: number
  /** NumericDate. */
  readonly expires: number
  /** RFC 7638 thumbprint of the root that signed it. */
  readonly root: string
  /** SHA-256 of what was signed, base64url. */
  readonly digest: string
  readonly bundle: string
}

/** Reads and writes it; `write` is called within a transaction. */
export interface PublicationStore {
  read(): Publication | undefined
  write(publication: Publication): void
}

const READ = 'SELECT issuer, revision, sequence, issued, expires, root, digest, bundle FROM publication'
const WRITE = `
  INSERT INTO publication (id, issuer, revision, sequence, issued, expires, root, digest, bundle)
  VALUES (1, :issuer, :revision, :sequence, :issued, :expires, :root, :digest, :bundle)
  ON CONFLICT (id) DO UPDATE SET issuer = :issuer, revision = :revision, sequence = :sequence, issued = :issued, expires = :expires,
    root = :root, digest = :digest, bundle = :bundle`

/** Creates the store on a connection. */
export function createPublicationStore(database: DatabaseSync): PublicationStore {
  const select = database.prepare(READ)
  const upsert = database.prepare(WRITE)
  return {
    read() {
      const row = select.get()
      if (row === undefined) return undefined
      return {
        issuer: String(row.issuer),
        revision: Number(row.revision),
        sequence: Number(row.sequence),
        issued: Number(row.issued),
        expires: Number(row.expires),
        root: String(row.root),
        digest: String(row.digest),
        bundle: String(row.bundle),
      }
    },
    write(publication) {
      upsert.run({ ...publication })
    },
  }
}
