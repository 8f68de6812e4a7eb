/** Makes sure, over one connection, that the server is the one that remembers; yields the epoch that it is in. */
import { randomBytes } from 'node:crypto'
import type { StoreEpoch } from '@countersign/core'
import { StoreUnusable } from '../shared/store-unusable.ts'
import type { NodeConnection } from './node-connection.ts'
import type { RedisAddress } from './redis-address.ts'
import type { ReplicaRule } from './replica-rule.ts'

/** What this process has seen of the store. Times on the server's clock, milliseconds. */
export interface KnownEpoch {
  readonly id: string
  readonly notBefore: number
  /** The latest time at which the server and we agreed on the time: until then it may have spent for us. */
  readonly agreed: number
}

/** Of a store of which nothing is known. */
export const NOTHING_KNOWN: KnownEpoch = { id: '', notBefore: 0, agreed: 0 }

/** What the script is given. */
export interface SettleParts {
  readonly address: RedisAddress
  readonly rule: ReplicaRule
  /** SHA-1 of the script, as SCRIPT LOAD gave it. */
  readonly script: string
  readonly deployment: string
  readonly known: KnownEpoch
  /** Seconds, now. */
  readonly now: number
  /** Milliseconds. */
  readonly deadline: number
  /** A person says that nothing was ever spent here. */
  readonly isFirst?: boolean
}

/** An epoch, and the server's time at which it was found. */
export interface Settled {
  readonly epoch: StoreEpoch
  /** Milliseconds. */
  readonly time: number
}

/** Under this name the record of the epoch stands. */
export function recordKey({ prefix }: RedisAddress): string {
  return `${prefix}:epoch`
}

/** Asks; rejects with `StoreUnusable`, or as the connection does. */
export async function settle(connection: NodeConnection, parts: SettleParts): Promise<Settled> {
  const { address, rule, script, deployment, known, now, deadline, isFirst = false } = parts
  const reply = await connection.call(
    'evalsha',
    [
      ...[script, '1', recordKey(address), deployment, milliseconds(now)],
      ...[String(rule.replicas), String(rule.lag), milliseconds(rule.margin)],
      ...[randomBytes(16).toString('base64url'), randomBytes(32).toString('base64url'), isFirst ? '0' : '-1'],
      ...[known.id, String(known.notBefore), String(known.agreed)],
    ],
    deadline,
  )
  const [word, ...others]: unknown[] = Array.isArray(reply) ? reply : []
  if (word === 'settled') return readSettled(others, address)
  throw refusal(word, address)
}

function milliseconds(seconds: number): string {
  return String(Math.floor(seconds * 1000))
}

function readSettled([id, notBefore, secret, time]: readonly unknown[], address: RedisAddress): Settled {
  const octets = typeof secret === 'string' ? Buffer.from(secret, 'base64url') : undefined
  if (typeof id !== 'string' || id === '' || octets?.length !== 32) throw refusal('foreign', address)
  if (!Number.isSafeInteger(notBefore) || !Number.isSafeInteger(time)) throw refusal('foreign', address)
  return { epoch: { id, notBefore: Number(notBefore) / 1000, secret: new Uint8Array(octets) }, time: Number(time) }
}

function refusal(word: unknown, { name, prefix }: RedisAddress): StoreUnusable {
  switch (word) {
    case 'read_only':
      return new StoreUnusable(
        'read_only',
        name,
        'it is a replica, and takes no writes. Name the master, or the Sentinels.',
      )
    case 'eviction':
      return new StoreUnusable('eviction', name, 'it throws keys away. Set `maxmemory-policy noeviction`.')
    case 'replicas':
      return new StoreUnusable('replicas', name, 'too few of its replicas keep up with it. Bring them back.')
    case 'clock':
      return new StoreUnusable(
        'clock',
        name,
        'its clock and that of this machine differ by more than 5 seconds. Set both by NTP.',
      )
    case 'newer_schema':
      return new StoreUnusable(
        'newer_schema',
        name,
        `a newer release wrote "${prefix}:epoch". Use that release here too.`,
      )
    default:
      return new StoreUnusable(
        'foreign',
        name,
        `"${prefix}:epoch" belongs to another deployment. Choose another prefix for one of them.`,
      )
  }
}
