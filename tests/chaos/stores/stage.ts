/** Guarded processes on one store, with the callers who load them and the one who attacks them. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Attacker, createAttacker } from './callers/attacker.ts'
import { type ClientOptions, runClient } from './callers/client.ts'
import { createGoodCalls, type GoodCalls } from './callers/good-calls.ts'
import { createIssuer } from './callers/issuer.ts'
import { openLine } from './callers/line.ts'
import { type Guard, startGuard } from './guards/guards.ts'
import { countRuns } from './guards/run-log.ts'

/** The store of a stage, and each process's own way to it. */
export interface StoreScene {
  /** A URL. */
  ledgerOf(place: number): string
  stop(): Promise<void>
}

/** How a stage is set. */
export interface StageOptions<Store extends StoreScene> {
  startStore(folder: string): Promise<Store>
  readonly affinity: boolean
  /** Of every process. */
  readonly weaknesses?: readonly string[]
}

/** A stage that is set, and under load. */
export interface Stage<Store extends StoreScene> {
  readonly store: Store
  readonly guards: readonly Guard[]
  readonly attacker: Attacker
  /** Calls are counted anew from now on. */
  countAnew(): void
  /** What is counted now: calls that a scope allows, and calls with a capability each. */
  readonly calls: { readonly plain: GoodCalls; readonly capable: GoodCalls }
  /** How often each thing was done, by what it is: see `countRuns`. */
  runs(): ReadonlyMap<string, number>
  /** How many calls processes have let through by themselves, without the store, since they started last. */
  countAlone(): Promise<number>
  /** The calls end, and the attack with them. */
  quiet(): Promise<void>
  stop(): Promise<void>
}

/** Guarded processes of a stage. */
export const PROCESSES = 4

const RESOURCE = 'http://127.0.0.1:8999/mcp'
/** The last one runs under libfaketime. */
const CLOCK_PLACE = PROCESSES - 1
/** Connections to each process, of the callers and of the attacker. */
const CONNECTIONS = 24

/** Starts the store, the processes and the load. */
export async function setStage<Store extends StoreScene>(options: StageOptions<Store>): Promise<Stage<Store>> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-chaos-'))
  const store = await options.startStore(folder)
  const issuer = createIssuer(RESOURCE)
  const places = Array.from({ length: PROCESSES }, (_, place) => place)
  const nonceSecret = randomBytes(32).toString('hex')
  const { affinity, weaknesses = [] } = options
  const start = (place: number) =>
    startGuard({
      ...{ folder, issuer, resource: RESOURCE, affinity, weaknesses, nonceSecret },
      ledger: store.ledgerOf(place),
      clock: place === CLOCK_PLACE,
    })
  const started = await Promise.allSettled(places.map(start))
  const guards = started.flatMap((guard) => (guard.status === 'fulfilled' ? [guard.value] : []))
  const close = async () => {
    await Promise.all(guards.map((guard) => guard.stop()))
    await store.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const failed = started.find((guard) => guard.status === 'rejected')
  if (failed !== undefined) {
    await close()
    throw failed.reason
  }
  const ports = guards.map(({ port }) => port)
  const lines = { callers: openLine(CONNECTIONS), attacker: openLine(CONNECTIONS) }
  const attacker = createAttacker({ resource: RESOURCE, ports, line: lines.attacker })
  const count = () => ({ plain: createGoodCalls(), capable: createGoodCalls() })
  let calls = count()
  const raced = createGoodCalls()
  const end = new AbortController()
  const load = { resource: RESOURCE, issuer, line: lines.callers }
  const working = Promise.all(
    places.flatMap((place) => {
      // A balancer with affinity: the first is its own.
      const own = { ...load, ports: [...ports.slice(place), ...ports.slice(0, place)] }
      const good = { ...own, tap: attacker.listening, count: () => calls.plain }
      const clients: readonly ClientOptions[] = [
        { ...good, deletes: false, nonces: true, pause: 50 },
        { ...good, deletes: false, nonces: false, pause: 50 },
        { ...good, count: () => calls.capable, deletes: true, nonces: place % 2 === 0, pause: 200 },
        { ...own, tap: attacker.racing, count: () => raced, deletes: false, nonces: place % 2 === 1, pause: 200 },
      ]
      return clients.map((client) => runClient(client, end.signal))
    }),
  )
  const quiet = async () => {
    end.abort()
    await working
    await attacker.settle()
  }
  return {
    store,
    guards,
    attacker,
    get calls() {
      return calls
    },
    countAnew() {
      calls = count()
    },
    runs: () => countRuns(guards.map(({ runs }) => runs)),
    async countAlone() {
      const told = await Promise.all(guards.map((guard) => guard.events()))
      return told.reduce((all, events) => all + (events.degraded_use ?? 0), 0)
    },
    quiet,
    async stop() {
      await quiet()
      lines.callers.close()
      lines.attacker.close()
      await close()
    },
  }
}
