/** Several processes that guard one resource, as behind a load balancer. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CapabilityTools, Deployment } from '@countersign/lab'

/** What one of them is told, as JSON. */
export interface GuardedProcessOptions {
  /** The identifier that all of them serve. */
  readonly resource: string
  readonly issuer: string
  /** Path of an SQLite file with its own notes. */
  readonly notes: string
  /** URL, or path of an SQLite file, of the ledger that it may share. */
  readonly ledger: string
  readonly capabilities: CapabilityTools
  /** What proofs are made for, where that is the address of a load balancer and not its own. */
  readonly publicEndpoint?: string
}

/** What it says: where it listens; and, whenever asked, how many notes its tool has written. */
export interface GuardedProcessWord {
  readonly endpoint?: string
  readonly written?: number
}

/** One of them. */
export interface GuardedProcess {
  readonly endpoint: string
  /** How often its `write_note` has run. */
  countRuns(): Promise<number>
}

/** All of them. */
export interface GuardedProcesses {
  /** Those that run now. */
  readonly all: readonly GuardedProcess[]
  /** Kills all of them as a power cut would, and starts as many on the same files, elsewhere. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** How many, and what they count in: one SQLite file, each in its own, or the ledger at a URL. */
export interface GuardedProcessesOptions {
  readonly count: number
  readonly ledger: 'shared' | 'own' | { readonly url: string }
  readonly capabilities: CapabilityTools
  readonly publicEndpoint?: string
}

/** Starts them for the first resource of a deployment. */
export async function startGuardedProcesses(
  { issuer, a }: Pick<Deployment, 'issuer' | 'a'>,
  { count, ledger, capabilities, publicEndpoint }: GuardedProcessesOptions,
): Promise<GuardedProcesses> {
  const data = mkdtempSync(join(tmpdir(), 'countersign-processes-'))
  let running: readonly RunningProcess[] = []
  const start = async () => {
    const places = Array.from({ length: count }, (_, place) => place)
    running = await Promise.all(
      places.map((place) =>
        startProcess({
          resource: a.resource,
          issuer,
          notes: join(data, `notes-${place}.sqlite`),
          ledger: typeof ledger === 'object' ? ledger.url : join(data, nameLedger(ledger, place)),
          capabilities,
          ...(publicEndpoint !== undefined && { publicEndpoint }),
        }),
      ),
    )
  }
  const endAll = (how: (child: ChildProcess) => void) => Promise.all(running.map(({ child }) => end(child, how)))
  await start()
  return {
    get all() {
      return running
    },
    async restart() {
      await endAll((child) => child.kill('SIGKILL'))
      await start()
    },
    async close() {
      await endAll((child) => child.disconnect())
      rmSync(data, { recursive: true })
    },
  }
}

function nameLedger(ledger: 'shared' | 'own', place: number): string {
  return ledger === 'shared' ? 'ledger.sqlite' : `ledger-${place}.sqlite`
}

interface RunningProcess extends GuardedProcess {
  readonly child: ChildProcess
}

async function startProcess(options: GuardedProcessOptions): Promise<RunningProcess> {
  const child = fork(join(import.meta.dirname, 'guarded-process.ts'), [JSON.stringify(options)], {
    execArgv: ['--conditions=@countersign/source'],
  })
  const { endpoint } = await hear(child)
  if (endpoint === undefined) throw new Error('the process does not say where it listens')
  return { child, endpoint, countRuns: () => countRuns(child) }
}

async function countRuns(child: ChildProcess): Promise<number> {
  const answer = hear(child)
  child.send('how many?')
  const { written } = await answer
  if (written === undefined) throw new Error('the process does not say how often its tool has run')
  return written
}

/** Rejects where it ends instead. */
async function hear(child: ChildProcess): Promise<GuardedProcessWord> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process ended with ${code}`)
  })
  const [word] = await Promise.race([once(child, 'message'), ended])
  return word as GuardedProcessWord
}

async function end(child: ChildProcess, how: (child: ChildProcess) => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  how(child)
  await ended
}
