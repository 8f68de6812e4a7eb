/** What the primary and its workers tell one another, over the channel between them; no other process has it. */
import type { Readiness } from '../../admin/readiness.ts'
import type { ServeConfig } from '../config/read-config.ts'

/** From the primary. */
export type Order =
  | {
      readonly type: 'start'
      /** With its secrets: workers read no file, so that all of them have the same. */
      readonly config: ServeConfig
      /** What the configuration is called in messages. */
      readonly file: string
    }
  | { readonly type: 'ask'; readonly number: number; readonly what: Question }
  /** Serve on, and let each answer be the last on its connection. */
  | { readonly type: 'notice' }
  | { readonly type: 'drain'; readonly deadlineMs: number }

/** What a worker is asked. */
export type Question = 'metrics' | 'readiness'

/** From a worker. */
export type Report =
  /** It can be given its order. */
  | { readonly type: 'here' }
  /** It takes requests. */
  | { readonly type: 'serving' }
  /** It cannot; it ends by itself. */
  | { readonly type: 'failed'; readonly message: string; readonly exitCode: 1 | 2 }
  | { readonly type: 'answer'; readonly number: number; readonly value: string | Readiness }

/** Whether a message is of ours: the channel carries the runtime's own too. */
export function isMessage(message: unknown): message is Order | Report {
  return typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string'
}
