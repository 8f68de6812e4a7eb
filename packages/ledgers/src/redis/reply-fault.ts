/** What an error that Redis or the connection gave means for whoever asked. */
import type { StoreFault } from '@countersign/core'
import { StoreUnusable } from '../shared/store-unusable.ts'

/** No answer in time. The command may have been carried out, or may be yet. */
export class DeadlinePassed extends Error {
  constructor() {
    super('Redis did not answer in time.')
    this.name = 'DeadlinePassed'
  }
}

/** By the first word of Redis's error. */
const faults: Readonly<Record<string, StoreFault>> = {
  OOM: 'full',
  READONLY: 'read_only',
  MISCONF: 'read_only',
  NOREPLICAS: 'replicas',
  BUSY: 'timeout',
  LOADING: 'down',
  MASTERDOWN: 'down',
  CLUSTERDOWN: 'down',
  MOVED: 'down',
  ASK: 'down',
  TRYAGAIN: 'down',
}

/** These come of what the server is at the moment: the connection to it is as good as any other. */
const PASSING = new Set(['OOM', 'NOREPLICAS', 'MISCONF', 'BUSY', 'TRYAGAIN'])

const startFaults: Readonly<Record<string, StoreFault>> = {
  unreachable: 'down',
  read_only: 'read_only',
  replicas: 'replicas',
  clock: 'clock',
}

/** What a user without the right to something is told when a script asks for it: in 7.0, and later. */
const FORBIDDEN_IN_SCRIPT = /^ERR (?:The user executing the script can't|ACL failure in script)/

/** The first word of an error that the server gave; undefined where the connection failed. */
export function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined
  return FORBIDDEN_IN_SCRIPT.test(error.message) ? 'NOPERM' : error.message.split(' ', 1)[0]
}

/** Names the fault. */
export function faultOf(error: unknown): StoreFault {
  if (error instanceof DeadlinePassed) return 'timeout'
  if (error instanceof StoreUnusable) return startFaults[error.fault] ?? 'error'
  const code = replyCode(error)
  return code === undefined ? 'down' : (faults[code] ?? 'error')
}

/** Must another connection be made, and perhaps to another server? */
export function endsConnection(error: unknown): boolean {
  const code = replyCode(error)
  return code !== undefined && !PASSING.has(code)
}
