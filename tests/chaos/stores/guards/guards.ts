/** The guarded processes of a chaos run: killed, stalled, their clocks set. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort } from '@countersign/store-servers'
import type { GuardOrders, GuardWord } from './guard-orders.ts'

/** One of them. */
export interface Guard {
  readonly port: number
  readonly runs: string
  signal(name: NodeJS.Signals): void
  /** Starts it again on its port, after a kill. */
  restart(): Promise<void>
  /** Sets its clock off by so many seconds; 0 sets it right. */
  setClock(seconds: number): void
  /** What it has told its operator, since it started last. */
  events(): Promise<Readonly<Record<string, number>>>
  stop(): Promise<void>
}

/** What is the same for all, or said for one of them. */
export interface GuardStart extends Omit<GuardOrders, 'port' | 'runs'> {
  /** A folder for what it writes. */
  readonly folder: string
  /** Whether its clock can be set: it runs under libfaketime then. */
  readonly clock: boolean
}

const PROGRAM = join(import.meta.dirname, 'guarded.ts')
/** Milliseconds in which it says something, if it can. */
const ANSWERS_WITHIN = 2_000
const running = new Set<ChildProcess>()
// A stalled process does not notice that nobody is there any more.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts one, and waits until it listens. */
export async function startGuard({ folder, clock, ...orders }: GuardStart): Promise<Guard> {
  const port = await findFreePort()
  const runs = join(folder, `runs-${port}`)
  const clockFile = join(folder, `clock-${port}`)
  const setClock = (seconds: number) => writeFileSync(clockFile, `${seconds < 0 ? '' : '+'}${seconds}`)
  setClock(0)
  const env = { ...process.env, ...(clock && fakeTime(clockFile)), COUNTERSIGN_UNSAFE: '1' }
  const start = () => launch({ ...orders, port, runs }, env)
  let child = await start()
  return {
    port,
    runs,
    signal: (name) => void child.kill(name),
    setClock,
    async restart() {
      await end(child)
      child = await start()
    },
    async events() {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWERS_WITHIN) })
      child.send('events')
      const [word] = (await answer.catch(() => [])) as GuardWord[]
      return word !== undefined && 'events' in word ? word.events : {}
    },
    stop: () => end(child),
  }
}

function fakeTime(file: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: findFakeTime(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

/** Debian has a folder for each kind of machine. */
function findFakeTime(): string {
  const folders = readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'faketime'))
  const found = folders.find((folder) => {
    try {
      return readdirSync(folder).includes('libfaketime.so.1')
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Error('libfaketime is not where Debian puts it')
  return join(found, 'libfaketime.so.1')
}

async function launch(orders: GuardOrders, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(PROGRAM, [JSON.stringify(orders)], { execArgv: ['--conditions=@countersign/source'], env })
  running.add(child)
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child)
    throw new Error(`a guarded process ended with ${code}`)
  })
  ended.catch(() => undefined)
  await Promise.race([once(child, 'message'), ended])
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
