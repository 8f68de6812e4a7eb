/** The lab's own page, on loopback: attacks are chosen there, run here, and seen as they run. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describeFault, isLoopbackHost } from '@countersign/core'
import { closeServer, hardenServer } from '@countersign/resource-server/node'
import type { Attack } from '../attack.ts'
import { attacks as allAttacks } from '../attacks/catalogue.ts'
import { type Asset, readAssets } from './assets.ts'
import { describeCatalogue } from './catalogue.ts'
import { streamEvents } from './event-stream.ts'
import { PAGE_POLICY, writePage } from './page.ts'
import { playAll, playBothSides } from './play.ts'
import { type Gate, judgeRequest } from './request-gate.ts'
import { createRunQueue, type RunQueue, type Work } from './run-queue.ts'
import { type RunRequest, readRunRequest } from './run-request.ts'

/** Bounds. */
export interface LabLimits {
  /** Milliseconds for one way of an attack, and for all of them. */
  readonly oneMs: number
  readonly allMs: number
  /** Runs that wait while another runs. */
  readonly waiting: number
}

/** Options of `serveLab`. */
export interface LabOptions {
  /** Default: every attack of the lab. */
  readonly attacks?: readonly Attack[]
  readonly limits?: Partial<LabLimits>
}

/** A lab that is served. */
export interface ServedLab {
  /** `http://127.0.0.1:port/`. */
  readonly url: string
  /** Ends what runs, and stops listening. */
  close(): Promise<void>
}

const defaults: LabLimits = { oneMs: 60_000, allMs: 300_000, waiting: 3 }

/** Runs whose events can still be asked for. */
const KEPT = 8

/** Longer than any request of the page, in bytes. */
const LONGEST_BODY = 8_192

interface Lab {
  readonly gate: Gate
  readonly attacks: readonly Attack[]
  readonly limits: LabLimits
  readonly queue: RunQueue
  readonly assets: ReadonlyMap<string, Asset>
}

/** Serves it on a server that listens on loopback already; throws a `TypeError` where it listens elsewhere. */
export function serveLab(http: Server, { attacks = allAttacks, limits: own }: LabOptions = {}): ServedLab {
  const address = http.address()
  if (address === null || typeof address === 'string' || !isLoopbackHost(address.address)) {
    throw new TypeError('The lab attacks servers that it weakens: it is served on 127.0.0.1 and nowhere else.')
  }
  const gate = { port: address.port, token: randomBytes(24).toString('base64url') }
  const limits = { ...defaults, ...own }
  const queue = createRunQueue({ waiting: limits.waiting, kept: KEPT })
  const lab = { gate, attacks, limits, queue, assets: collectAssets(gate.token, attacks) }
  hardenServer(http)
  http.on('request', (request, response) => void answer(lab, request, response))
  return {
    url: `http://127.0.0.1:${gate.port}/`,
    async close() {
      await queue.close()
      await closeServer(http, 0)
    },
  }
}

function collectAssets(token: string, attacks: readonly Attack[]): ReadonlyMap<string, Asset> {
  const catalogue = JSON.stringify(describeCatalogue(attacks))
  return new Map([
    ...readAssets(),
    ['/', { type: 'text/html; charset=utf-8', text: writePage(token) }],
    ['/catalogue.json', { type: 'application/json', text: catalogue }],
  ])
}

async function answer(lab: Lab, request: IncomingMessage, response: ServerResponse): Promise<void> {
  setPolicy(response)
  try {
    const refusal = judgeRequest(request, lab.gate)
    if (refusal === undefined) await route(lab, request, response)
    else send(response, 403, { code: refusal })
  } catch (error) {
    const { name, code, at } = describeFault(error)
    console.error(`countersign: the lab could not answer: ${[name, code, at].filter(Boolean).join(' ')}`)
    if (response.headersSent) response.destroy()
    else send(response, 500, { code: 'failed' })
  }
}

function setPolicy(response: ServerResponse): void {
  response.setHeader('content-security-policy', PAGE_POLICY)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('x-frame-options', 'DENY')
}

async function route(lab: Lab, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url: path = '' } = request
  const asset = lab.assets.get(path)
  if (asset !== undefined) {
    if (method === 'GET') response.writeHead(200, { 'content-type': asset.type }).end(asset.text)
    else send(response, 405, { code: 'method_not_allowed' })
    return
  }
  if (path === '/runs' && method === 'POST') {
    await startRun(lab, request, response)
    return
  }
  const [, id = '', events] = /^\/runs\/([\da-f-]{36})(\/events)?$/.exec(path) ?? []
  const run = lab.queue.find(id)
  if (run === undefined) send(response, 404, { code: 'not_found' })
  else if (events !== undefined && method === 'GET') streamEvents(run, request, response)
  else if (events === undefined && method === 'DELETE') {
    run.stop()
    send(response, 202, {})
  } else send(response, 405, { code: 'method_not_allowed' })
}

async function startRun(lab: Lab, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { attacks, limits, queue } = lab
  const length = Number(request.headers['content-length'])
  if (request.headers['content-type'] !== 'application/json' || !(length <= LONGEST_BODY)) {
    send(response, 415, { code: 'not_a_run' })
    return
  }
  const wanted = readRunRequest(await text(request), attacks)
  if (wanted === undefined) {
    send(response, 400, { code: 'not_a_run' })
    return
  }
  const run = queue.submit(toWork(wanted, attacks), wanted.kind === 'one' ? limits.oneMs : limits.allMs)
  if (run === undefined) send(response, 429, { code: 'queue_full' })
  else send(response, 202, { id: run.id })
}

function toWork(wanted: RunRequest, attacks: readonly Attack[]): Work {
  const { without } = wanted
  return wanted.kind === 'one'
    ? (tell, signal) => playBothSides(wanted.variant, { without, tell, signal })
    : (tell, signal) => playAll(attacks, { without, tell, signal })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
