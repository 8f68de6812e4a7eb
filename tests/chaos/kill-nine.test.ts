/** `countersign up` is killed at random moments of a write load: nothing consumed is accepted again, nothing acknowledged is gone. */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseRevocationFeed, type RevocationFeed } from '@countersign/core/wire'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startUp, type Up } from '../support/up.ts'
import { type Actor, findGrounds } from './actor.ts'
import { createAgentActor } from './agent-actor.ts'
import { createCapabilityActor } from './capability-actor.ts'
import { createPersonActor } from './person-actor.ts'
import { createWriterActor } from './writer-actor.ts'

const rounds = 20
/** Milliseconds after the load began, for some actors before their first answer. */
const moment = { earliest: 30, latest: 700 }

let data: string
let up: Up | undefined
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'countersign-chaos-'))
})
afterAll(async () => {
  up?.signal('SIGKILL')
  await up?.ended
  rmSync(data, { recursive: true })
})

/** Below those that the system hands out by itself, so that nobody else has one while the server is down. */
const ownPorts = { from: 20_000, count: 10_000 }

/** Two neighbouring ports that are free now: a restarted issuer has to be the same one. */
async function findPorts(): Promise<number> {
  for (;;) {
    const first = await openPort(ownPorts.from + randomInt(ownPorts.count)).catch(() => undefined)
    if (first === undefined) continue
    const second = await openPort(first.port + 1).catch(() => undefined)
    await first.close()
    await second?.close()
    if (second !== undefined) return first.port
  }
}

function openPort(port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const close = () => new Promise<void>((done) => server.close(() => done()))
      resolve({ port: typeof address === 'object' ? (address?.port ?? 0) : 0, close })
    })
  })
}

async function readFeed(issuer: string): Promise<RevocationFeed> {
  const feed = parseRevocationFeed(await (await fetch(`${issuer}/revocations`)).json())
  if (!feed.ok) throw new Error(feed.reason)
  return feed.value
}

/** Only a connection that broke may end an actor's work. */
async function workUntilKilled(actor: Actor): Promise<void> {
  await actor.work().catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ECONNRESET' && code !== 'ECONNREFUSED' && !isFetchFailure(error)) throw error
  })
}

function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError && error.cause !== undefined
}

it(`${rounds} times kill -9`, { timeout: 240_000 }, async () => {
  const port = await findPorts()
  const flags = ['--port', String(port), '--admin-port', '0']
  const start = () => startUp({ flags, data, direct: true })
  up = await start()
  const grounds = findGrounds(up)
  const actors = await Promise.all([
    createAgentActor(grounds),
    createAgentActor(grounds),
    createPersonActor(grounds),
    createPersonActor(grounds),
    createWriterActor(grounds),
    createWriterActor(grounds),
    createCapabilityActor(grounds, up.attestationIssuer),
  ])
  let feed = await readFeed(up.issuer)
  for (let round = 0; round < rounds; round++) {
    const working = Promise.all(actors.map(workUntilKilled))
    working.catch(() => undefined)
    await delay(moment.earliest + Math.random() * (moment.latest - moment.earliest))
    up.signal('SIGKILL')
    await up.ended
    await working
    up = await start()
    const now = await readFeed(up.issuer)
    expect(now.epoch, 'a crash is no loss of memory').toBe(feed.epoch)
    expect(now.sequence).toBeGreaterThanOrEqual(feed.sequence)
    await Promise.all(actors.map((actor) => actor.verify()))
    feed = await readFeed(up.issuer)
  }
  for (const actor of actors) expect(actor.acknowledged).toBeGreaterThan(rounds)
})
