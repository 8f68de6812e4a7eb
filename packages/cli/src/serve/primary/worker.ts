/** A worker, as the primary sees it. */
import type { Worker as ClusterWorker } from 'node:cluster'
import { CommandFailed } from '../../exit.ts'
import type { ServeConfig } from '../config/read-config.ts'
import { isMessage, type Order, type Question, type Report } from '../worker/messages.ts'

/** Which order it was given. */
export interface Job {
  readonly config: ServeConfig
  /** What the configuration is called in messages. */
  readonly file: string
}

/** A process that was forked. */
export interface Worker {
  /** Lowest free one when it was forked; the next takes it over. */
  readonly number: number
  readonly pid: number
  /** Resolves once it takes requests; rejects with `CommandFailed` when it cannot. */
  readonly serving: Promise<void>
  /** For how long it has been there, in milliseconds. */
  age(): number
  /** Resolves with what ended it, in words. */
  readonly ended: Promise<string>
  /** Resolves with its answer; rejects when there is none in time. */
  ask(what: Question, patienceMs: number): Promise<unknown>
  notice(): void
  /** Lets calls under way end; what is left after `deadlineMs` is cut. */
  drain(deadlineMs: number): void
  kill(): void
}

/** A start that takes longer has failed, in milliseconds: a store that is waited for has its own, shorter, deadlines. */
const START_MS = 60_000

/** Gives a process that was just forked its job. */
export function employ(process: ClusterWorker, number: number, job: Job): Worker {
  const started = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  const born = performance.now()
  const asked = new Map<number, PromiseWithResolvers<unknown>>()
  let questions = 0
  // Whoever waits hears of it; nobody may have begun to.
  started.promise.catch(() => undefined)

  const send = (order: Order): void => {
    if (process.isConnected()) process.send(order, () => undefined)
  }
  const late = setTimeout(() => {
    started.reject(new CommandFailed(`A worker did not start within ${START_MS / 1000} seconds.`))
    process.process.kill('SIGKILL')
  }, START_MS)

  const hear = (report: Report): void => {
    switch (report.type) {
      case 'here':
        send({ type: 'start', ...job })
        break
      case 'serving':
        started.resolve()
        break
      case 'failed':
        started.reject(new CommandFailed(report.message, report.exitCode))
        break
      case 'answer':
        asked.get(report.number)?.resolve(report.value)
    }
  }
  process.on('message', (message) => {
    if (isMessage(message)) hear(message as Report)
  })
  process.on('error', () => undefined)
  process.once('exit', (code, signal) => {
    started.reject(new CommandFailed('A worker ended before it could serve.'))
    for (const { reject } of asked.values()) reject(new Error('it has ended'))
    ended.resolve(signal ?? `exit code ${code}`)
  })
  void started.promise.catch(() => undefined).then(() => clearTimeout(late))

  async function ask(what: Question, patienceMs: number): Promise<unknown> {
    questions += 1
    const number = questions
    const answer = Promise.withResolvers<unknown>()
    const timer = setTimeout(() => answer.reject(new Error('no answer')), patienceMs)
    asked.set(number, answer)
    send({ type: 'ask', number, what })
    try {
      return await answer.promise
    } finally {
      clearTimeout(timer)
      asked.delete(number)
    }
  }

  return {
    number,
    pid: process.process.pid ?? 0,
    serving: started.promise,
    age: () => performance.now() - born,
    ended: ended.promise,
    ask,
    notice: () => send({ type: 'notice' }),
    drain: (deadlineMs) => send({ type: 'drain', deadlineMs }),
    kill: () => void process.process.kill('SIGKILL'),
  }
}
