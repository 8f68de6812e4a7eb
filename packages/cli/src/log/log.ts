/** The log of `up` and `serve`: lines for a person on a terminal, JSON lines for everything else. */
import { randomBytes } from 'node:crypto'
import type { Log as AuthorizationLog } from '@countersign/authorization-server'
import type { AttestationEvents, Events } from '@countersign/core'
import { type DestinationStream, pino } from 'pino'
import type { Terminal } from '../terminal/terminal.ts'
import { describeEntry, type Entry, type Line, type ProcessEntry } from './entry.ts'
import { LOG_LEVELS, type LogLevel } from './level.ts'
import { writeLine } from './line.ts'

/** What each part of the deployment writes to. There is no way to write anything but an entry. */
export interface Log {
  readonly guard: Events
  readonly authorization: AuthorizationLog
  readonly attestation: AttestationEvents
  /** Of the keys of attestation issuers, as guard and authorization server know them. */
  readonly trust: AttestationEvents
  readonly process: (entry: ProcessEntry) => void
}

/** Writes on stderr: stdout is for results. `command` is what tells of the process itself. */
export function createLog(level: LogLevel, terminal: Terminal, command: 'up' | 'serve' = 'up'): Log {
  const write = terminal.isNoted ? createLineWriter(terminal) : createJsonWriter(terminal)
  const limit = LOG_LEVELS.indexOf(level)
  const from = (part: Part) => (entry: Entry) => {
    const line = describeEntry(entry)
    if (line !== undefined && LOG_LEVELS.indexOf(line.level) <= limit) write(part, line)
  }
  return {
    guard: from('guard'),
    authorization: from('authorization_server'),
    attestation: from('attestation_issuer'),
    trust: from('trust'),
    process: from(command),
  }
}

/** Which part of the deployment tells. */
type Part = 'guard' | 'authorization_server' | 'attestation_issuer' | 'trust' | 'up' | 'serve'

type Writer = (part: Part, line: Line) => void

function createLineWriter(terminal: Terminal): Writer {
  return (_part, line) => terminal.note(writeLine(line, new Date(), terminal))
}

/**
 * Lines belong together by `run`, made at each start, and their number; entries of one client in all parts by
 * `clientId`. No id of a request is taken: callers write those.
 */
function createJsonWriter(terminal: Terminal): Writer {
  const logger = createLogger({ write: (text) => terminal.note(text.trimEnd()) })
  let number = 0
  return (part, { level, type, members }) => {
    number += 1
    logger[level]({ number, part, type, ...members })
  }
}

function createLogger(destination: DestinationStream) {
  const options = {
    level: 'debug',
    base: { run: randomBytes(8).toString('hex') },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, destination)
}
