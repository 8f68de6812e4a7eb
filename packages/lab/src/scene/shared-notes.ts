/** Two processes that serve the same notes behind one name, and spend in one Redis, which may be killed, cut off and emptied. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beginFirstEpoch, createRedisLedger } from '@countersign/ledgers/redis'
import { closeServer, listen } from '@countersign/resource-server/node'
import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@countersign/store-servers'
import type { DeploymentOptions } from './deployment.ts'
import { type ClosableLedger, createForgetfulLedger } from './forgetful-redis.ts'
import { type NotesDeployment, serveNotes } from './guarded-notes.ts'
import { type Answer, type Sending, send } from './wire.ts'

/** How the processes and their store are set up. */
export interface SharedSetting {
  /** The requests of a client come back to the process that it was at (`affinity`); default: to any. */
  readonly affinity?: true
  /** The store is believed to have forgotten nothing, whatever becomes of it. */
  readonly epoch?: 'ignored'
}

/** One of the processes: in the lab they share the memory of one program, and nothing in it. */
export interface SharedProcess {
  readonly url: string
  readonly notes: NotesDeployment['notes']
  /** Sends it what was proven for the name that both go by. */
  call(sending: Sending): Promise<Answer>
  /** The same again and again, until it says something else than that it has no store. */
  callWhenBack(prepare: () => Promise<Sending>): Promise<Answer>
  /** Its way to the store is cut. */
  cutOff(): void
}

/** The processes, and what happens to their store. */
export interface SharedNotes {
  readonly one: SharedProcess
  readonly other: SharedProcess
  /** It is gone. */
  kill(): Promise<void>
  /** It forgets everything. */
  flush(): Promise<void>
  /** What it knows now is what it will come back with. */
  save(): Promise<void>
  /** It is killed and comes back with what was saved: what it acknowledged since is lost, as in a failover. */
  restoreSaved(): Promise<void>
  close(): Promise<void>
}

/** Which notes, and how they are guarded. */
export interface SharedPlace {
  readonly resource: string
  readonly issuer: string
  readonly setting: SharedSetting
}

/** Milliseconds that a process is asked again for, and between two times. */
const PATIENCE = 8_000
const PAUSE = 100

/** Starts Redis and both processes; rejects with `NotInstalled` where there is no Redis. */
export async function startSharedNotes(place: SharedPlace, options: DeploymentOptions): Promise<SharedNotes> {
  const redis = await startRedis()
  const folder = mkdtempSync(join(tmpdir(), 'countersign-shared-'))
  const secret = randomBytes(32)
  if (place.setting.epoch !== 'ignored') await beginFirstEpoch(redis.url)
  const start = (name: string): Promise<RunningProcess> =>
    startProcess({ ...place, redis, secret, path: join(folder, `${name}.sqlite`) }, options)
  const [one, other] = [await start('one'), await start('other')]
  return {
    one,
    other,
    async kill() {
      redis.signal('SIGKILL')
      await one.isCutOff()
      await other.isCutOff()
    },
    flush: async () => void (await redis.command('FLUSHALL')),
    save: async () => void (await redis.command('SAVE')),
    async restoreSaved() {
      redis.signal('SIGKILL')
      await redis.restart()
    },
    async close() {
      await one.close()
      await other.close()
      await redis.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

interface RunningProcess extends SharedProcess {
  isCutOff(): Promise<void>
  close(): Promise<void>
}

interface ProcessPlace extends SharedPlace {
  readonly redis: RedisServer
  readonly secret: Uint8Array
  readonly path: string
}

async function startProcess(place: ProcessPlace, options: DeploymentOptions): Promise<RunningProcess> {
  const { resource, setting, redis } = place
  const way = await startFaultProxy({ port: redis.port })
  const ledger = await openLedger(way, place)
  const http = createServer()
  await listen(http, 0, '127.0.0.1')
  const affinity = setting.affinity === true ? ({ affinity: 'process' } as const) : {}
  const guarded = { ...options, guard: { ...options.guard, ledger, ...affinity } }
  const { notes } = await serveNotes(http, place, guarded)
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  const { host } = new URL(resource)
  const call = (sending: Sending): Promise<Answer> => send(url, { ...sending, headers: { ...sending.headers, host } })
  return {
    url,
    notes,
    call,
    async callWhenBack(prepare) {
      for (const end = Date.now() + PATIENCE; ; await setTimeout(PAUSE)) {
        const answer = await call(await prepare())
        if (answer.code !== 'ledger_unavailable' || Date.now() > end) return answer
      }
    },
    cutOff: () => way.cut(),
    async isCutOff() {
      // Whoever has not noticed yet that it is alone is not what these attacks are about.
      for (const end = Date.now() + PATIENCE; ledger.store?.health === 'healthy'; await setTimeout(PAUSE)) {
        if (Date.now() > end || setting.epoch === 'ignored') return
      }
    },
    async close() {
      await closeServer(http, 0)
      await ledger.close()
      await way.close()
      notes.close()
    },
  }
}

/** Each process has a way of its own to the store, which may be cut. */
function openLedger(way: FaultProxy, { setting, secret }: ProcessPlace): Promise<ClosableLedger> {
  const url = `redis://127.0.0.1:${way.port}`
  return setting.epoch === 'ignored' ? createForgetfulLedger(url, secret) : createRedisLedger(url)
}
