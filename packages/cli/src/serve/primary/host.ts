/** A host: the primary process, its workers, and what an operator asks of them. */
import { describeFault } from '@countersign/core'
import { CommandFailed } from '../../exit.ts'
import type { Log } from '../../log/log.ts'
import type { ServeConfig } from '../config/read-config.ts'
import { openHostAdmin } from './admin.ts'
import { findChangedMember } from './fixed-members.ts'
import { fork, prepareForks } from './fork.ts'
import { watchWorkers } from './heartbeat.ts'
import { createHostMetrics } from './metrics.ts'
import { createPool, readDeadline } from './pool.ts'
import { askWorkers } from './readiness.ts'
import { employ } from './worker.ts'

/** What a host is started with. */
export interface HostParts {
  readonly config: ServeConfig
  /** What the configuration is called in messages. */
  readonly file: string
  /** `--workers`, which goes before what the file says. */
  readonly workers?: number
  readonly log: Log
}

/** What is running. */
export interface Host {
  /** Of the admin listener, where there is one. */
  readonly admin: string | undefined
  readonly workers: number
  /** Takes over a configuration, worker by worker; one that cannot be changes nothing, and is told in the log. */
  reload(read: () => ServeConfig): Promise<void>
  /** Ends it: not ready first, then deaf to new calls, and gone when those under way have ended. */
  stop(): Promise<void>
  /** Ends it now. */
  kill(): void
}

/** Rejects with `CommandFailed` that says what keeps it from serving; nothing runs then. */
export async function startHost({ config, file, workers, log }: HostParts): Promise<Host> {
  let current = config
  let isReady = false
  const metrics = createHostMetrics()
  const count = (wanted: ServeConfig) => workers ?? wanted.workers ?? 1
  prepareForks()
  const pool = createPool({
    employ: (number, job) => employ(fork(), number, job),
    log,
    onDeath: metrics.countDeath,
  })
  const admin = await openHostAdmin(config.admin, {
    renderMetrics: metrics.render,
    readiness: () => (isReady ? askWorkers(pool) : undefined),
    log,
  })
  try {
    await pool.start({ config, file }, count(config))
  } catch (error) {
    await admin?.close()
    throw error
  }
  metrics.follow(pool)
  const unwatch = watchWorkers(pool)
  isReady = true

  async function takeOver(next: ServeConfig): Promise<void> {
    const changed = findChangedMember(current, next)
    if (changed !== undefined) {
      throw new CommandFailed(`${file}: ${changed} cannot change while the host serves: restart it, or put it back.`)
    }
    await pool.roll({ config: next, file }, count(next))
    current = next
  }

  return {
    admin: admin?.origin,
    workers: count(config),
    async reload(read) {
      log.process({ type: 'reloading' })
      try {
        await takeOver(read())
        metrics.countReload('done')
        log.process({ type: 'reloaded' })
      } catch (error) {
        metrics.countReload('refused')
        log.process({ type: 'reload_refused', reason: describe(error) })
      }
    },
    async stop() {
      isReady = false
      unwatch()
      log.process({ type: 'stopping' })
      const notice = (current.stopping?.noticeSeconds ?? 0) * 1000
      pool.notice()
      if (notice > 0) await new Promise((resolve) => setTimeout(resolve, notice))
      await pool.stop(readDeadline(current))
      await admin?.close()
    },
    kill: () => pool.kill(),
  }
}

/** Messages of ours quote nothing secret; of others nobody knows. */
function describe(error: unknown): string {
  return error instanceof CommandFailed ? error.message : describeFault(error).name
}
