/** How many workers there are at each moment. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ProcessEntry } from '../../log/entry.ts'
import type { Log } from '../../log/log.ts'
import { createPool, type Pool } from './pool.ts'
import type { Job, Worker } from './worker.ts'

/** A worker without a process. */
interface Played extends Worker {
  readonly job: Job
  /** It can serve. */
  begin(): void
  /** It cannot. */
  refuse(message: string): void
  die(): void
  state: 'there' | 'draining' | 'gone'
}

let workers: Played[]
let entries: ProcessEntry[]
let deaths: number
let pauses: number[]
let pool: Pool
beforeEach(() => {
  workers = []
  entries = []
  deaths = 0
  pauses = []
  pool = createPool({
    employ(number, job) {
      const worker = play(number, job)
      workers.push(worker)
      return worker
    },
    log: { process: (entry: ProcessEntry) => entries.push(entry) } as unknown as Log,
    onDeath: () => {
      deaths += 1
    },
    wait: async (ms) => {
      pauses.push(ms)
    },
  })
})

function play(number: number, job: Job): Played {
  const serving = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  serving.promise.catch(() => undefined)
  const end = (cause: string) => {
    worker.state = 'gone'
    serving.reject(new Error('gone'))
    ended.resolve(cause)
  }
  const worker: Played = {
    number,
    job,
    pid: 1000 + number,
    state: 'there',
    serving: serving.promise,
    ended: ended.promise,
    age: () => 0,
    ask: () => Promise.reject(new Error('not asked')),
    notice: () => undefined,
    drain: () => {
      worker.state = 'draining'
    },
    kill: () => end('SIGKILL'),
    begin: () => serving.resolve(),
    refuse(message) {
      serving.reject(new Error(message))
      // A process takes a while to end.
      setImmediate(() => setImmediate(() => end('exit code 1')))
    },
    die: () => end('SIGSEGV'),
  }
  return worker
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const job = (name: string) => ({ file: name, config: {} }) as unknown as Job
const numbers = () => pool.serving.map(({ number }) => number)

async function begin(count: number, name = 'first'): Promise<void> {
  const started = pool.start(job(name), count)
  for (let index = 0; index < count; index += 1) {
    await settled()
    workers[index]?.begin()
  }
  await started
}

describe('a pool that starts', () => {
  it('starts one worker alone, and the others once it serves', async () => {
    const started = pool.start(job('first'), 3)
    await settled()
    expect(workers).toHaveLength(1)
    workers[0]?.begin()
    await settled()
    expect(workers).toHaveLength(3)
    for (const worker of workers) worker.begin()
    await started
    expect(numbers()).toEqual([1, 2, 3])
  })

  it('leaves nobody when one cannot serve', async () => {
    const started = pool.start(job('first'), 2)
    await settled()
    workers[0]?.begin()
    await settled()
    workers[1]?.refuse('no store')
    await expect(started).rejects.toThrow('no store')
    await settled()
    expect(workers.map(({ state }) => state)).toEqual(['gone', 'gone'])
  })
})

describe('a worker that dies', () => {
  it('is replaced at once, under its number, and told of', async () => {
    await begin(2)
    workers[0]?.die()
    await settled()
    workers[2]?.begin()
    await settled()
    expect(numbers()).toEqual([2, 1])
    expect([deaths, pauses]).toEqual([1, []])
    expect(entries).toContainEqual({ type: 'worker_died', worker: 1, pid: 1001, cause: 'SIGSEGV' })
  })

  it('again and again is replaced ever more slowly', async () => {
    await begin(1)
    for (let index = 0; index < 10; index += 1) {
      workers.at(-1)?.die()
      await settled()
      workers.at(-1)?.begin()
      await settled()
    }
    expect(numbers()).toEqual([1])
    expect(pauses).toHaveLength(9)
    expect(pauses.at(-1)).toBeGreaterThan(10_000)
  })

  it('is replaced also when that fails for a while', async () => {
    await begin(1)
    workers[0]?.die()
    for (let index = 1; index < 4; index += 1) {
      await settled()
      workers[index]?.refuse('the database is away')
    }
    await settled()
    workers[4]?.begin()
    await settled()
    expect(numbers()).toEqual([1])
    const told = { type: 'worker_not_started', worker: 1, reason: 'the database is away' }
    expect(entries.filter(({ type }) => type === 'worker_not_started')).toEqual([told, told, told])
  })
})

describe('a new configuration', () => {
  it('comes worker by worker, and never fewer serve than before', async () => {
    await begin(3)
    const rolled = pool.roll(job('second'), 3)
    for (let index = 3; index < 6; index += 1) {
      await settled()
      expect(pool.serving).toHaveLength(3)
      workers[index]?.begin()
      await settled()
      expect(pool.serving).toHaveLength(3)
    }
    await rolled
    expect(workers.map(({ state, job: { file } }) => `${file} ${state}`)).toEqual([
      ...Array(3).fill('first draining'),
      ...Array(3).fill('second there'),
    ])
  })

  it('that cannot be served changes nothing', async () => {
    await begin(2)
    const rolled = pool.roll(job('second'), 2)
    await settled()
    workers[2]?.refuse('no such store')
    await expect(rolled).rejects.toThrow('no such store')
    expect(numbers()).toEqual([1, 2])
    workers[0]?.die()
    await settled()
    expect(workers[3]?.job.file).toBe('first')
  })

  it('may ask for more or fewer workers', async () => {
    await begin(1)
    const more = pool.roll(job('second'), 3)
    for (let index = 1; index < 4; index += 1) {
      await settled()
      workers[index]?.begin()
    }
    await more
    expect(pool.serving).toHaveLength(3)
    const fewer = pool.roll(job('third'), 1)
    await settled()
    workers[4]?.begin()
    await fewer
    expect(pool.serving).toHaveLength(1)
  })

  it('waits for the one before it', async () => {
    await begin(1)
    const second = pool.roll(job('second'), 1)
    const third = pool.roll(job('third'), 1)
    await settled()
    expect(workers).toHaveLength(2)
    workers[1]?.begin()
    await second
    await settled()
    workers[2]?.begin()
    await third
    expect(pool.serving).toEqual([workers[2]])
  })
})

describe('a pool that ends', () => {
  it('ends when its last worker has, and replaces none', async () => {
    await begin(2)
    let isOver = false
    const stopped = pool.stop(1_000).then(() => {
      isOver = true
    })
    workers[0]?.die()
    await settled()
    expect([isOver, workers.length]).toEqual([false, 2])
    workers[1]?.die()
    await stopped
    expect(deaths).toBe(0)
  })
})
