/** Computes the matrix, spread over as many processes as there are cores. */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { extname, join } from 'node:path'
import type { Attack } from '../attack.ts'
import type { Assignment, Report } from './assignment.ts'
import { columns as allColumns, type Column } from './column.ts'
import { concludeMatrix, type Matrix } from './matrix.ts'
import type { Row } from './row.ts'

/** What of it, and how. */
export interface MatrixOptions {
  /** Attacks of the catalogue. */
  readonly attacks: readonly Attack[]
  /** Default: all. */
  readonly columns?: readonly Column[]
  /** Runs the cells too that cannot differ from the hardened servers. */
  readonly everyCell?: boolean
  /** Default: as many as there are cores, and not more than eight. */
  readonly processes?: number
  /** Told how many rows are done, of how many, and of which attack the last one was. */
  readonly progress?: (done: number, total: number, attack: string) => void
}

/** More rows than that are begun in one process only to wait. */
const ROWS_AT_A_TIME = 3

const MOST_PROCESSES = 8

/** Computes it; rejects when a process of its own fails. */
export async function computeMatrix(options: MatrixOptions): Promise<Matrix> {
  const { attacks, columns = allColumns, everyCell = false, progress = () => {} } = options
  const assignments = attacks
    .flatMap(({ id, variants }) => variants.map((_, variant) => ({ attack: id, variant })))
    .map((each, number): Assignment => ({ ...each, number, columns: columns.map(({ id }) => id), everyCell }))
  const waiting = assignments.values()
  const rows = new Map<string, Row>()
  const cores = options.processes ?? availableParallelism()
  const workers = startWorkers(Math.min(cores, MOST_PROCESSES, assignments.length))
  const serve = async (worker: Worker): Promise<void> => {
    for (const assignment of waiting) {
      const { row } = await worker.ask(assignment)
      rows.set(nameRow(assignment), row)
      progress(rows.size, assignments.length, assignment.attack)
    }
  }
  try {
    await Promise.all(workers.flatMap((worker) => Array.from({ length: ROWS_AT_A_TIME }, () => serve(worker))))
  } finally {
    for (const worker of workers) worker.end()
  }
  const computed = attacks.map((attack) => ({
    attack,
    rows: attack.variants.flatMap((_, variant) => rows.get(nameRow({ attack: attack.id, variant })) ?? []),
  }))
  return concludeMatrix(computed, columns)
}

function nameRow({ attack, variant }: Pick<Assignment, 'attack' | 'variant'>): string {
  return `${attack} ${variant}`
}

interface Worker {
  ask(assignment: Assignment): Promise<Report>
  end(): void
}

function startWorkers(count: number): readonly Worker[] {
  return Array.from({ length: count }, () => startWorker())
}

function startWorker(): Worker {
  const kind = extname(import.meta.filename)
  const child = fork(join(import.meta.dirname, `worker${kind}`), {
    // From the sources, the packages' sources are meant too.
    execArgv: kind === '.ts' ? ['--conditions=@countersign/source'] : [],
    // What is deprecated is not for whoever reads the matrix.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const failed = listenForEnd(child)
  const reports = new Map<number, (report: Report) => void>()
  child.on('message', (report: Report) => reports.get(report.number)?.(report))
  return {
    ask(assignment) {
      const answered = new Promise<Report>((resolve) => reports.set(assignment.number, resolve))
      child.send(assignment)
      return Promise.race([answered, failed])
    },
    end: () => child.disconnect(),
  }
}

/** Rejects when the process ends by itself, with the last that it said. */
function listenForEnd(child: ChildProcess): Promise<never> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-2_000)
  })
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`A process of the matrix ended with ${code}: ${said}`)))
  })
  // Nobody is told where nobody waits any more.
  ended.catch(() => {})
  return ended
}
