/** One server as a process that can be stalled, killed and started again on the same data. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type FolderWatch, watchFolder } from './folder-watch.ts'

/** The signals that servers are tested with. */
export type ServerSignal = 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM'

/** Who a server runs as, where that is not who started it. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** What it takes to run one. */
export interface ServerProgram {
  readonly program: string
  readonly args: readonly string[]
  /** Where its log is kept. */
  readonly folder: string
  readonly account?: Account | undefined
  /** What ends it in an orderly way without waiting for its clients; default: SIGTERM. */
  readonly endsOn?: 'SIGINT'
  /** Asked again and again, until it yields true. */
  isReady(): Promise<boolean>
}

/** A server that runs, or has run. */
export interface ServerProcess {
  readonly pid: number
  signal(name: ServerSignal): void
  /** Ends it in an orderly way, and starts it again. */
  restart(): Promise<void>
  /** Ends it in an orderly way if it still runs. */
  end(): Promise<void>
}

/** Milliseconds. */
const READY_WITHIN = 30_000
const ENDS_WITHIN = 10_000
const LOOK_AGAIN = 10

/** A fresh folder, of that account. */
export function makeFolder(account?: Account): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-store-'))
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  return folder
}

/** Starts the server and waits until it is ready; `watch` learns of each process. */
export async function startServerProcess(program: ServerProgram, watch: FolderWatch): Promise<ServerProcess> {
  let child = await launch(program, watch)
  const end = async () => {
    if (hasEnded(child)) return
    const ended = once(child, 'exit')
    send(child, 'SIGCONT')
    child.kill(program.endsOn ?? 'SIGTERM')
    const patience = setTimeout(() => send(child, 'SIGKILL'), ENDS_WITHIN)
    await ended
    clearTimeout(patience)
  }
  return {
    get pid() {
      return child.pid ?? 0
    },
    signal: (name) => send(child, name),
    async restart() {
      await end()
      child = await launch(program, watch)
    },
    end,
  }
}

/** The same with a folder of its own, or with one that is the caller's and stays. */
export async function startInFolder(
  folder: { readonly path: string; readonly isOurs: boolean },
  start: (watch: FolderWatch) => Promise<ServerProcess>,
): Promise<{ readonly server: ServerProcess; stop(): Promise<void> }> {
  const watch = watchFolder(folder.isOurs ? folder.path : undefined)
  try {
    const server = await start(watch)
    return {
      server,
      async stop() {
        await server.end()
        await watch.close()
      },
    }
  } catch (error) {
    await watch.close()
    throw error
  }
}

async function launch(program: ServerProgram, watch: FolderWatch): Promise<ChildProcess> {
  const path = join(program.folder, 'server.log')
  const log = openSync(path, 'a')
  // Away from the terminal's group, so that its Ctrl-C ends the starter first.
  const child = spawn(program.program, [...program.args], {
    ...program.account,
    cwd: program.folder,
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  await once(child, 'spawn')
  child.unref()
  if (child.pid !== undefined) watch.name(child.pid)
  const patience = Date.now() + READY_WITHIN
  while (!(await program.isReady().catch(() => false))) {
    if (hasEnded(child) || Date.now() > patience) {
      child.kill('SIGKILL')
      throw new Error(`${program.program} did not get ready:\n${readFileSync(path, 'utf8').slice(-2000)}`)
    }
    await delay(LOOK_AGAIN)
  }
  return child
}

/** To the process and to what it has started: PostgreSQL answers from processes of their own. */
function send(child: ChildProcess, name: ServerSignal): void {
  if (child.pid === undefined || hasEnded(child)) return
  const started = name === 'SIGTERM' ? [] : listChildren(child.pid)
  child.kill(name)
  for (const pid of started) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended meanwhile.
    }
  }
}

function listChildren(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
