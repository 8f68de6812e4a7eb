/** What `up` and `serve` may log, and what of it: one row for each kind of entry. What has no row is not logged. */
import type { LogEntry } from '@countersign/authorization-server'
import { type Fault, type GuardEvent, type RejectionCode, rejections } from '@countersign/core'

/** How grave it is; each level takes in those before it. */
export type Level = 'error' | 'warn' | 'info' | 'debug'

/** Of the process itself. `checks` names those that failed. */
export type ProcessEntry =
  | {
      readonly type: 'started'
      readonly issuer: string
      readonly resource: string
      readonly attestationIssuer: string
      readonly admin: string
    }
  | { readonly type: 'stopping' | 'ready' }
  | { readonly type: 'not_ready'; readonly checks: readonly string[] }
  | WorkersEntry
  | ({ readonly type: 'fault' } & Fault)

/**
 * Of the processes of `serve`. `worker` is a number that the next one takes over; `reason` and `cause` are messages of
 * ours, which quote nothing secret.
 */
export type WorkersEntry =
  | { readonly type: 'serving'; readonly issuer: string; readonly address: string; readonly workers: number }
  | { readonly type: 'worker_ready'; readonly worker: number; readonly pid: number }
  | { readonly type: 'worker_died'; readonly worker: number; readonly pid: number; readonly cause: string }
  | { readonly type: 'worker_not_started'; readonly worker: number; readonly reason: string }
  | { readonly type: 'worker_cut'; readonly worker: number; readonly pid: number }
  | { readonly type: 'reloading' | 'reloaded' }
  | { readonly type: 'reload_refused'; readonly reason: string }

/** Every entry there is. None of these types has a member for a token, a key, a secret or a caller's text. */
export type Entry = GuardEvent | LogEntry | ProcessEntry

/** Entries of one type. */
type EntryOf<Type, Kind = Entry> = Kind extends { readonly type: infer Own } ? (Type extends Own ? Kind : never) : never

/** Its level, and the members that are written, by name: whatever else an entry may hold by mistake stays unwritten. */
interface Row<Kind> {
  readonly level: Level | ((entry: Kind) => Level)
  readonly members: readonly Exclude<keyof Kind, 'type'>[]
}

const decision = ['methods', 'tools', 'seconds', 'skew'] as const

const ROWS: { readonly [Type in Entry['type']]: Row<EntryOf<Type>> } = {
  started: { level: 'info', members: ['issuer', 'resource', 'attestationIssuer', 'admin'] },
  stopping: { level: 'info', members: [] },
  ready: { level: 'info', members: [] },
  not_ready: { level: 'warn', members: ['checks'] },
  fault: { level: 'error', members: ['name', 'code', 'at'] },

  serving: { level: 'info', members: ['issuer', 'address', 'workers'] },
  worker_ready: { level: 'info', members: ['worker', 'pid'] },
  worker_died: { level: 'error', members: ['worker', 'pid', 'cause'] },
  worker_not_started: { level: 'error', members: ['worker', 'reason'] },
  worker_cut: { level: 'warn', members: ['worker', 'pid'] },
  reloading: { level: 'info', members: [] },
  reloaded: { level: 'info', members: [] },
  reload_refused: { level: 'error', members: ['reason'] },

  allowed: { level: 'debug', members: ['clientId', 'jkt', ...decision] },
  refused: { level: ({ code }) => judgeRefusal(code), members: ['code', 'reason', 'clientId', ...decision] },
  failed: { level: 'error', members: ['clientId', ...decision] },
  capability_used: { level: 'debug', members: ['clientId', 'tool', 'shortId'] },
  friction_level: {
    level: ({ level }) => (level === 'blocked' ? 'warn' : 'info'),
    members: ['clientId', 'tool', 'level'],
  },
  degraded_use: { level: 'info', members: ['clientId', 'tools'] },
  store_health: {
    level: ({ health }) => (health === 'healthy' ? 'info' : 'warn'),
    members: ['health', 'reason'],
  },
  store_epoch: { level: 'warn', members: ['id', 'notBefore'] },
  attestation_verified: {
    level: 'debug',
    members: ['issuer', 'level', 'binding', 'carriage', 'cached', 'shortId', 'seconds', 'skew'],
  },
  attestation_refused: {
    level: ({ resembles }) => (resembles === undefined ? 'info' : 'warn'),
    members: ['code', 'reason', 'issuer', 'resembles', 'carriage', 'cached', 'seconds'],
  },
  attestation_missed: { level: 'info', members: ['clientId', 'reason'] },
  attestation_issued: { level: 'debug', members: ['clientId', 'keyId', 'seconds'] },
  attestation_issue_refused: { level: 'info', members: ['code'] },
  attestation_key_revoked: { level: 'warn', members: ['issuer', 'keyThumbprint', 'reason'] },
  key_fetched: { level: 'debug', members: ['issuer', 'seconds'] },
  key_breaker_opened: { level: 'warn', members: ['issuer'] },
  key_breaker_closed: { level: 'info', members: ['issuer'] },
  key_bundle_refused: { level: 'warn', members: ['issuer', 'code', 'reason'] },
  key_fetch_failed: { level: 'warn', members: ['issuer', 'reason'] },
  introspection_failed: { level: 'warn', members: ['issuer', 'reason'] },
  revocation_feed_failed: { level: 'warn', members: ['issuer', 'reason'] },
  weakened_by_configuration: { level: 'warn', members: ['issuer', 'losses'] },

  token_issued: { level: 'info', members: ['clientId', 'grant', 'bound'] },
  token_refused: { level: 'info', members: ['error', 'clientId'] },
  authorization_refused: { level: 'info', members: ['error', 'clientId'] },
  login_failed: { level: 'info', members: [] },
  login_throttled: { level: 'warn', members: [] },
  revoked: { level: 'info', members: ['what'] },
  memory_lost: { level: 'warn', members: [] },
  signing_keys_changed: { level: 'info', members: ['keyId'] },
  family_revoked: { level: 'warn', members: ['clientId', 'cause'] },
  server_error: { level: 'error', members: ['name', 'code', 'at'] },
}

/** What only an attacker or a broken client does, and what keeps everybody out. */
const GRAVE: ReadonlySet<RejectionCode> = new Set([
  'replay_detected',
  'dpop_jkt_mismatch',
  'content_digest_mismatch',
  'attestation_replay',
  'attestation_key_mismatch',
])

function judgeRefusal(code: RejectionCode): Level {
  return GRAVE.has(code) || rejections[code].status === 503 ? 'warn' : 'info'
}

/** What is written of an entry: plain values only. */
export interface Line {
  readonly level: Level
  readonly type: string
  readonly members: Readonly<Record<string, Value>>
}

/** A value in a line. */
export type Value = string | number | boolean | readonly string[]

/** Yields what is written of an entry; undefined for a kind that has no row. */
export function describeEntry(entry: Entry): Line | undefined {
  const row = Object.hasOwn(ROWS, entry.type) ? (ROWS[entry.type] as Row<Entry>) : undefined
  if (row === undefined) return undefined
  const members: Record<string, Value> = {}
  for (const name of row.members) {
    const member = (entry as unknown as Readonly<Record<string, unknown>>)[name]
    const value = toValue(name === 'resembles' ? readIssuer(member) : member)
    if (value !== undefined) members[name] = value
  }
  return { level: typeof row.level === 'string' ? row.level : row.level(entry), type: entry.type, members }
}

/** Of the issuer that a stranger resembles: its name, which the operator wrote. */
function readIssuer(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'issuer' in value ? value.issuer : undefined
}

/** Whole objects are written by nobody: they are how secrets get into logs. */
function toValue(value: unknown): Value | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number(value.toFixed(6))
  const items = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  return items.length === 0 ? undefined : items
}
