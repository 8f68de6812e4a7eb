/** Codes, tokens, grants, sessions and interactions: what a store keeps of them, and how. */
import { hash } from 'node:crypto'

/** An artefact as oidc-provider hands it over: its own JSON. `jti` is its id. */
export interface Payload {
  readonly jti?: string
  readonly uid?: string
  readonly grantId?: string
  readonly [member: string]: unknown
}

/** One artefact as it was kept. Times are NumericDates. */
export interface Artefact {
  readonly payload: Payload
  /** The digest of the id of the grant that it stands on. */
  readonly grant: string | undefined
  readonly consumed: number | undefined
  readonly expires: number | undefined
}

/**
 * Artefacts by model and id; ids are credentials and are kept as their SHA-256 alone. Grants are named by that digest.
 * Each call is one change, which lasts when it resolves; all reject when the store cannot answer.
 */
export interface ArtefactStore {
  save(model: string, id: string, payload: Payload, expires: number | undefined): Promise<void>
  find(model: string, id: string): Promise<Artefact | undefined>
  findByUid(model: string, uid: string): Promise<Artefact | undefined>
  /** The first time stays. */
  markConsumed(model: string, id: string, time: number): Promise<void>
  remove(model: string, id: string): Promise<void>
  /** Removes the artefacts of one model that stand on a grant; takes its id. */
  removeByGrant(model: string, grantId: string): Promise<void>
  /** True while the grant is there. */
  hasGrant(grant: string): Promise<boolean>
}

/** Rows past their time that one write sweeps away, at most. */
export const PURGE_STEP = 16

/** Rows outlive their time by this many seconds, so that a late use is told "expired" and not "unknown". */
export const PURGE_GRACE = 60

/** What an id is kept as: SHA-256, base64url. */
export function digestId(id: string): string {
  return hash('sha256', id, 'base64url')
}

/** A row as every store reads it; `payload` is JSON without the id. */
export interface ArtefactRow {
  readonly payload: unknown
  readonly grantDigest: unknown
  readonly consumed: unknown
  readonly expires: unknown
}

/** Puts the id back into the payload: it was asked for by it, and is nowhere else. */
export function readArtefact(row: Partial<ArtefactRow> | undefined, id?: string): Artefact | undefined {
  if (typeof row?.payload !== 'string') return undefined
  const consumed = typeof row.consumed === 'number' ? row.consumed : undefined
  return {
    payload: {
      ...JSON.parse(row.payload),
      ...(id === undefined ? {} : { jti: id }),
      ...(consumed === undefined ? {} : { consumed }),
    },
    grant: typeof row.grantDigest === 'string' ? row.grantDigest : undefined,
    consumed,
    expires: typeof row.expires === 'number' ? row.expires : undefined,
  }
}
