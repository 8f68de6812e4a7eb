import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinProofs } from './join-proofs.ts'
import { shareProofs } from './share-proofs.ts'

const here = (name: string): string => new URL(name, import.meta.url).href

/** Workers that do what `work` says, with what they print; the primary does `before` when it has shared its proofs. */
const program = (work: string, before = '', after = '') => `
import cluster from 'node:cluster'
import { shareProofs } from '${here('share-proofs.ts')}'
import { joinProofs } from '${here('join-proofs.ts')}'
const say = (...words) => process.stdout.write(words.join(' ') + '\\n')
const proof = (name, more = {}) => ({
  kind: 'proof', key: name.padEnd(43, 'A'), limit: 1, until: Date.now() / 1000 + 60, ...more,
})
const outcome = (promise) => promise.then(({ spent }) => spent ? 'spent' : 'used', ({ fault }) => fault)
if (cluster.isPrimary) {
  ${before}
  cluster.fork()
  cluster.fork()
  ${after}
} else {
  ${work}
  cluster.worker.disconnect()
}
`

let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-workers-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(source: string): Promise<readonly string[]> {
  const file = join(folder, `program-${count++}.mjs`)
  await writeFile(file, source)
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@countersign/source', file], {
    cwd: import.meta.dirname,
  })
  return stdout.trim().split('\n').toSorted()
}

describe('workers of one primary', { timeout: 20_000 }, () => {
  it.concurrent('share a secret, and each proof is spent once among them', async () => {
    const lines = await run(
      program(
        `const { secret, ledger } = await joinProofs()
        say('secret', Buffer.from(secret).toString('hex'))
        const spends = Array.from({ length: 100 }, (_, at) => outcome(ledger.spend([proof('p' + at)])))
        for (const one of await Promise.all(spends)) say(one)
        say('two', await outcome(ledger.spend([proof('fresh' + cluster.worker.id), proof('p1')])))
        say('code', await outcome(ledger.spend([proof('code', { kind: 'code' })])))
        say('far', await outcome(ledger.spend([proof('far', { until: Date.now() / 1000 + 5000 })])))`,
        'shareProofs()',
      ),
    )
    const howMany = (line: string) => lines.filter((one) => one === line).length
    expect([howMany('spent'), howMany('used')]).toEqual([100, 100])
    expect([howMany('two used'), howMany('code error'), howMany('far error')]).toEqual([2, 2, 2])
    const secrets = lines.filter((line) => line.startsWith('secret'))
    expect([secrets.length, new Set(secrets).size]).toEqual([2, 1])
    expect(secrets[0]).toMatch(/^secret [\da-f]{64}$/)
  })

  it.concurrent('refuse when the primary does not answer, and when it has gone', async () => {
    const lines = await run(
      program(
        `const { ledger } = await joinProofs({ timeoutMs: 200 })
        say(await outcome(ledger.spend([proof('first' + cluster.worker.id)])))
        const told = new Promise((resolve) => process.once('message', resolve))
        process.send('spent')
        await told
        say('silent', await outcome(ledger.spend([proof('second' + cluster.worker.id)])))
        const asked = outcome(ledger.spend([proof('third' + cluster.worker.id)]))
        // Otherwise Node ends a worker that its primary has left.
        cluster.worker.exitedAfterDisconnect = true
        setImmediate(() => process.disconnect())
        say('leaving', await asked)
        say('alone', await outcome(ledger.spend([proof('fourth' + cluster.worker.id)])))
        process.exit()`,
        'const shared = shareProofs()',
        `const ready = []
        cluster.on('message', (worker, message) => {
          if (message === 'spent') ready.push(worker)
          if (ready.length < 2) return
          shared.close()
          for (const worker of ready.splice(0)) worker.send('go')
        })`,
      ),
    )
    expect(lines).toEqual([
      ...['alone down', 'alone down', 'leaving down', 'leaving down'],
      ...['silent timeout', 'silent timeout', 'spent', 'spent'],
    ])
  })

  it.concurrent('do not start when the primary shares nothing', async () => {
    const lines = await run(program(`await joinProofs({ timeoutMs: 200 }).catch((error) => say(error.message))`))
    expect(lines[0]).toMatch(/^The primary does not answer: it has to call shareProofs/)
  })
})

describe('a process that is no worker', () => {
  it('joins nobody', async () => {
    await expect(joinProofs()).rejects.toThrow('createProofOwner')
  })

  it('shares its proofs once, and spends its own with them', async () => {
    const shared = shareProofs()
    try {
      expect(shareProofs).toThrow('already')
      const spend = { kind: 'proof', key: 'A'.repeat(43), limit: 1, until: Date.now() / 1000 + 900 } as const
      expect([await shared.ledger.spend([spend]), await shared.ledger.spend([spend])]).toMatchObject([
        { spent: true },
        { spent: false },
      ])
    } finally {
      shared.close()
    }
    shareProofs().close()
  })
})
