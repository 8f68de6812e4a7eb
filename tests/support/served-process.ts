/** `countersign serve` as a process of its own, with its workers. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = join(import.meta.dirname, '../../packages/cli/src/main.ts')

/** A line of its log. */
export interface LogLine {
  readonly type: string
  readonly [member: string]: unknown
}

/** What it says when it is ready. */
export interface Ready {
  readonly issuer: string
  readonly address: string
  readonly admin: string
}

/** A process that serves, or did. */
export class Served {
  readonly lines: LogLine[] = []
  readonly ready: Promise<Ready>
  readonly exit: Promise<number | null>
  readonly #child: ChildProcess
  #waiting: { readonly type: string; readonly resolve: (line: LogLine) => void }[] = []

  constructor(config: string, ...flags: readonly string[]) {
    const args = ['--conditions=@countersign/source', MAIN, 'serve', '--config', config, '--json', ...flags]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.exit = new Promise((resolve) => child.once('exit', resolve))
    this.ready = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Ready))
      child.once('exit', () => reject(new Error(`it ended: ${JSON.stringify(this.lines)}`)))
    })
    createInterface({ input: child.stderr }).on('line', (line) => this.#hear(line))
  }

  /** The next line of a type. */
  next(type: string): Promise<LogLine> {
    return new Promise((resolve) => this.#waiting.push({ type, resolve }))
  }

  /** The processes of those that became ready last. */
  pids(): number[] {
    return this.lines.filter(({ type }) => type === 'worker_ready').map(({ pid }) => Number(pid))
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  #hear(text: string): void {
    const line = (text.startsWith('{') ? JSON.parse(text) : { type: 'text', text }) as LogLine
    this.lines.push(line)
    const heard = this.#waiting.find(({ type }) => type === line.type)
    this.#waiting = this.#waiting.filter((waiting) => waiting !== heard)
    heard?.resolve(line)
  }
}
