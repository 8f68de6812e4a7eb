/** The first bytes of an SQLite file, read without SQLite (sqlite.org/fileformat.html §1.3). */
import { closeSync, openSync, readSync } from 'node:fs'

const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100
const USER_VERSION_OFFSET = 60
const APPLICATION_ID_OFFSET = 68

/** `empty`: no bytes at all. `other`: something that is not SQLite. Else what the file says it is. */
export type DatabaseHeader =
  | { readonly kind: 'empty' }
  | { readonly kind: 'other' }
  | { readonly kind: 'sqlite'; readonly applicationId: number; readonly schemaVersion: number }

/** Reads the header of a file; throws what `node:fs` throws. */
export function readDatabaseHeader(path: string): DatabaseHeader {
  const header = Buffer.alloc(HEADER_BYTES)
  const file = openSync(path, 'r')
  try {
    const length = readSync(file, header, 0, HEADER_BYTES, 0)
    if (length === 0) return { kind: 'empty' }
    if (length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return { kind: 'other' }
  } finally {
    closeSync(file)
  }
  return {
    kind: 'sqlite',
    applicationId: header.readUInt32BE(APPLICATION_ID_OFFSET),
    schemaVersion: header.readUInt32BE(USER_VERSION_OFFSET),
  }
}
