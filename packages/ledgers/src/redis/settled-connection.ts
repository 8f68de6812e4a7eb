/** From an address to a connection that may be spent through: found, opened, examined, settled. */

import { examineServer } from './examine-server.ts'
import { explainFailure } from './explain-failure.ts'
import { findNode } from './find-node.ts'
import type { NodeConnection } from './node-connection.ts'
import { openNode } from './node-connection.ts'
import type { RedisAddress } from './redis-address.ts'
import { CONNECT_TIMEOUT } from './redis-options.ts'
import type { ReplicaRule } from './replica-rule.ts'
import { type KnownEpoch, type Settled, settle } from './settle.ts'
import { SETTLE } from './settle-script.ts'
import { SPEND } from './spend-script.ts'

/** A connection to a server that was the one that remembers when it began. */
export interface SettledConnection {
  readonly connection: NodeConnection
  /** SHA-1 of the script that spends. */
  readonly spendScript: string
  /** What was found. */
  readonly settled: Settled
  /** Asks the server again, over the same connection. */
  settleAgain(known: KnownEpoch, deadline: number): Promise<Settled>
}

/** What is settled, for whom. */
export interface SettlingParts {
  readonly address: RedisAddress
  readonly deployment: string
  /** Seconds. */
  readonly clock: () => number
  readonly isFirst?: boolean
}

/** Rejects with `StoreUnusable`; no connection is left open then. */
export async function openSettled(parts: SettlingParts, known: KnownEpoch): Promise<SettledConnection> {
  const { address } = parts
  let connection: NodeConnection | undefined
  try {
    connection = await openNode(await findNode(address), address)
    return await settleFirst(connection, parts, known)
  } catch (error) {
    connection?.close()
    throw explainFailure(error, address.name)
  }
}

async function settleFirst(
  connection: NodeConnection,
  parts: SettlingParts,
  known: KnownEpoch,
): Promise<SettledConnection> {
  const { address, clock } = parts
  const deadline = address.options.connectTimeoutMs ?? CONNECT_TIMEOUT
  const rule: ReplicaRule = await examineServer(connection, address)
  const script = await load(connection, SETTLE, deadline)
  const spendScript = await load(connection, SPEND, deadline)
  const fixed = { ...parts, rule, script }
  return {
    connection,
    spendScript,
    settled: await settle(connection, { ...fixed, known, now: clock(), deadline }),
    settleAgain: (known, deadline) => settle(connection, { ...fixed, isFirst: false, known, now: clock(), deadline }),
  }
}

async function load(connection: NodeConnection, script: string, deadline: number): Promise<string> {
  return String(await connection.call('script', ['load', script], deadline))
}
