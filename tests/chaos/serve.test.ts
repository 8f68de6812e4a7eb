/** The processes of `serve`, and what clients notice of their comings and goings: nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ready, Served } from '../support/served-process.ts'

let folder: string
let file: string
let served: Served
let ready: Ready
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-serve-'))
  file = join(folder, 'serve.json')
  configure({})
  served = new Served(file, '--workers', '2')
  ready = await served.ready
}, 20_000)
afterAll(() => {
  served.signal('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Writes the configuration, with a scope by which it can be told. */
function configure(changes: object, scope = 'first'): void {
  const config = {
    issuer: 'http://127.0.0.1:1',
    listen: { port: 0 },
    admin: { port: 0 },
    database: 'auth.sqlite',
    resources: [{ resource: 'http://127.0.0.1:2/mcp', scopes: { [scope]: 'Everything' } }],
  }
  writeFileSync(file, JSON.stringify({ ...config, ...changes }))
}

const get = (path: string) => fetch(`${ready.address}${path}`)
const readMetadata = async () => (await get('/.well-known/oauth-authorization-server')).json()
const readHealth = async () => (await fetch(`${ready.admin}/readyz`)).json()

/** Asks all the time from several connections, and leaves the workers some of it; yields a function that ends it with what was answered. */
function load(): () => Promise<Record<string, number>> {
  const answers: Record<string, number> = {}
  let isOver = false
  const asking = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const answer = await get('/jwks').then(
        (response) => response.text().then(() => String(response.status)),
        (error: unknown) => `lost: ${String(error)}`,
      )
      answers[answer] = (answers[answer] ?? 0) + 1
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })
  return async () => {
    isOver = true
    await Promise.all(asking)
    return answers
  }
}

describe('serve with two workers', () => {
  it('is ready when both are, and tells the metrics of each', async () => {
    expect(await readHealth()).toEqual({
      ready: true,
      checks: { workers: 'ok', stores: 'ok' },
      workers: { wanted: 2, serving: 2, ready: 2 },
    })
    await Promise.all(Array.from({ length: 4 }, () => fetch(`${ready.address}/token`, { method: 'POST' })))
    const metrics = await (await fetch(`${ready.admin}/metrics`)).text()
    expect(metrics).toContain('countersign_serve_workers{state="serving"} 2')
    expect(metrics).toMatch(/countersign_authorization_server_events_total\{worker="[12]",/)
  })

  it('takes over a configuration under load, and loses no request', async () => {
    const before = served.pids()
    configure({}, 'second')
    const end = load()
    const reloaded = served.next('reloaded')
    served.signal('SIGHUP')
    await reloaded
    const answers = await end()
    expect(Object.keys(answers)).toEqual(['200'])
    // An old worker answers what comes on its open connections once more.
    await expect
      .poll(readMetadata, { timeout: 10_000 })
      .toMatchObject({ scopes_supported: expect.arrayContaining(['second']) })
    expect(served.pids().filter((pid) => !before.includes(pid))).toHaveLength(2)
  })

  it('keeps the one it has when the new one is wrong, be it the file or what it names', async () => {
    for (const [changes, message] of [
      [{ isuer: 'x' }, /isuer is not known here/],
      [{ trust: 'no-trust.json' }, /no-trust\.json cannot be read/],
      [{ database: 'other.sqlite' }, /database cannot change while/],
      [{ admin: { port: 9 } }, /admin cannot change while/],
    ] as const) {
      configure(changes)
      const refused = served.next('reload_refused')
      served.signal('SIGHUP')
      expect((await refused).reason).toMatch(message)
    }
    expect(await readMetadata()).toMatchObject({ scopes_supported: expect.arrayContaining(['second']) })
    expect(await readHealth()).toMatchObject({ workers: { serving: 2, ready: 2 } })
  })

  it('replaces a worker that was killed, while the other one serves', async () => {
    const [victim = 0] = served.pids().slice(-1)
    const [died, replaced] = [served.next('worker_died'), served.next('worker_ready')]
    process.kill(victim, 'SIGKILL')
    expect(await died).toMatchObject({ pid: victim, cause: 'SIGKILL' })
    expect((await get('/jwks')).status).toBe(200)
    await replaced
    expect(await readHealth()).toMatchObject({ ready: true, workers: { serving: 2 } })
  })

  it('ends on SIGTERM when the call under way has its answer; until then it says that it is not ready', async () => {
    const socket = await openCall()
    const stopping = served.next('stopping')
    served.signal('SIGTERM')
    await stopping
    expect((await fetch(`${ready.admin}/readyz`)).status).toBe(503)
    // Nobody gets in any more.
    await expect.poll(tryToGetIn, { timeout: 10_000 }).toBe('refused')
    socket.write('grant_type=x')
    const answer = await readToEnd(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*Connection: close\r\n.*"error"/s)
    expect(await served.exit).toBe(0)
  })
})

function tryToGetIn(): Promise<unknown> {
  return get('/jwks').then(
    ({ status }) => status,
    () => 'refused',
  )
}

/** A token request of which the body has yet to come, known to have arrived. */
async function openCall(): Promise<Socket> {
  const socket = connect(Number(new URL(ready.address).port), '127.0.0.1')
  const head = ['POST /token HTTP/1.1', 'Host: a', 'Content-Type: application/x-www-form-urlencoded']
  socket.write(`${[...head, 'Expect: 100-continue', 'Content-Length: 12'].join('\r\n')}\r\n\r\n`)
  const [first] = (await new Promise<Buffer>((resolve) => socket.once('data', resolve))).toString().split('\r\n')
  expect(first).toBe('HTTP/1.1 100 Continue')
  return socket
}

async function readToEnd(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}
