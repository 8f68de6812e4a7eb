/** A Redis of a test file's own, and ledgers on it that are closed after each test. */
import { type RedisServer, type RedisOptions as ServerOptions, startRedis } from '@countersign/store-servers'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { beginFirstEpoch } from './first-epoch.ts'
import { createRedisLedger, type RedisLedger } from './redis-ledger.ts'
import type { RedisLedgerOptions } from './redis-options.ts'

/** A busy machine is no dead server: tests that are about deadlines say so. What heartbeats find is waited for. */
const PATIENT = { timeoutMs: 2000, heartbeatMs: 100 }

/** What a test has. */
export interface RedisScene {
  readonly server: RedisServer
  /** A ledger on the server, or at another place. */
  open(options?: RedisLedgerOptions, url?: string): Promise<RedisLedger>
}

/** Starts the server once; each test finds it empty, in its first epoch. */
export function setUpRedis(options: ServerOptions = {}): RedisScene {
  let server: RedisServer | undefined
  const ledgers: RedisLedger[] = []
  const started = () => {
    if (server === undefined) throw new Error('the server is started before the tests')
    return server
  }
  beforeAll(async () => {
    server = await startRedis(options)
  })
  beforeEach(async () => {
    await started().command('FLUSHALL')
    await beginFirstEpoch(started().url, tlsOf(started()))
  })
  afterEach(async () => {
    for (const ledger of ledgers.splice(0)) await ledger.close()
  })
  afterAll(() => server?.stop())
  return {
    get server() {
      return started()
    },
    async open(given = {}, url = started().url) {
      const ledger = await createRedisLedger(url, { ...PATIENT, ...tlsOf(started()), ...given })
      ledgers.push(ledger)
      return ledger
    },
  }
}

function tlsOf({ tls }: RedisServer): Pick<RedisLedgerOptions, 'tls'> {
  return tls === undefined ? {} : { tls }
}
