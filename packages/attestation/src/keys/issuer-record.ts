/** What is remembered of one issuer, as a text: revoked keys, the newest document and its mark. */
import { isJsonObject, type JsonObject, type JsonValue, parseStrictJson } from '@countersign/core'
import type { FetchedDocument } from './remote-keys.ts'

/** A key that was revoked, and why. */
export interface RevokedThumbprint {
  readonly thumbprint: string
  /** A constant word. */
  readonly reason: string
}

/** What is remembered. */
export interface IssuerRecord {
  readonly revoked: readonly RevokedThumbprint[]
  readonly mark: JsonValue | undefined
  readonly document: FetchedDocument | undefined
}

const VERSION = 1
/** A document of 1 MiB, in which every other character is escaped, and thousands of revoked keys. */
const LONGEST_RECORD = 4 * 1_048_576

/** An issuer of whom nothing is known yet. */
export const emptyRecord: IssuerRecord = { revoked: [], mark: undefined, document: undefined }

/** Yields the text to save. */
export function writeRecord(issuer: string, { revoked, mark, document }: IssuerRecord): string {
  return JSON.stringify({
    version: VERSION,
    issuer,
    revoked: revoked.map(({ thumbprint, reason }) => ({ jkt: thumbprint, reason })),
    ...(mark !== undefined && { mark }),
    ...(document !== undefined && { document: document.text, fetched_at: document.fetchedAt }),
  })
}

/** Takes what was loaded. Throws a `TypeError` for a text that is not this issuer's record. */
export function readRecord(issuer: string, text: string | undefined): IssuerRecord {
  if (text === undefined) return emptyRecord
  const parsed = parseStrictJson(text, { maxBytes: LONGEST_RECORD })
  const record = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {}
  const revoked = Array.isArray(record.revoked) ? record.revoked.map(readRevoked) : [undefined]
  if (record.version !== VERSION || record.issuer !== issuer || !revoked.every((key) => key !== undefined)) {
    throw new TypeError(
      `What is remembered of ${issuer} cannot be read. Restore it; or delete it, and revoked keys of this issuer count again until its next bundle.`,
    )
  }
  return { revoked, mark: record.mark, document: readDocument(record) }
}

function readRevoked(value: JsonValue): RevokedThumbprint | undefined {
  if (!isJsonObject(value)) return undefined
  const { jkt, reason } = value
  return typeof jkt === 'string' && typeof reason === 'string' ? { thumbprint: jkt, reason } : undefined
}

function readDocument({ document, fetched_at: fetchedAt }: JsonObject): FetchedDocument | undefined {
  return typeof document === 'string' && typeof fetchedAt === 'number' ? { text: document, fetchedAt } : undefined
}
