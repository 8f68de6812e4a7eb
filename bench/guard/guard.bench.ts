/** What the guard costs: beside a bare signature check, beside the same check by hand, and against garbage. */
import { sign, verify } from 'node:crypto'
import { createGuard, type Guard, type GuardOptions, type IncomingCall } from '@countersign/resource-server'
import { createGuardMetrics } from '@countersign/resource-server/telemetry'
import type { Meter } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { Goal } from '../goal.ts'
import { type Contestant, interleave } from '../interleave.ts'
import type { Benchmark } from '../run.ts'
import {
  body,
  createCall,
  createSigningKey,
  issuer,
  resource,
  type SigningKey,
  signCallProof,
  signToken,
} from './fixture.ts'
import { createCheckByHand } from './jose-by-hand.ts'
import { measureLiveIds } from './live-ids.ts'

const rounds = 100
const warmUp = 20
const batch = 64
const connections = 64

/** What a contestant is given, made just before: as in service, where the bytes of a call have only just come in. */
function createSupply<T>(make: () => T) {
  const items: T[] = []
  return {
    prepare(count: number): void {
      while (items.length < count) items.push(make())
    },
    next(): T {
      const item = items.pop()
      if (item === undefined) throw new Error('more calls than were prepared')
      return item
    },
  }
}

/** A batch as requests come in on many connections: so many at once, then the next. */
async function atOnce(count: number, one: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += connections) await Promise.all(Array.from({ length: connections }, one))
}

async function expectDecision(guard: Guard, call: IncomingCall, allowed: boolean): Promise<void> {
  const decision = await guard.decide(call)
  if (decision.allowed !== allowed) throw new Error(`unexpected decision: ${JSON.stringify(decision)}`)
}

async function prepare(): Promise<readonly Contestant[]> {
  const issuerKey = createSigningKey()
  const agentKey = createSigningKey()
  const jwks = { keys: [{ ...issuerKey.publicJwk, kid: 'issuer-1', alg: 'ES256' }] }
  const options: GuardOptions = {
    resource,
    authorizationServers: [{ issuer, jwks }],
    tools: { read_notes: { scopes: ['notes:read'] } },
    proofs: { nonce: 'required' },
  }
  const guard = createGuard(options)
  const watched = createGuard({ ...options, events: createGuardMetrics(createMeter()) })
  const token = signToken(issuerKey, agentKey)
  const nonce = await obtainNonce(guard, agentKey, token)
  const watchedNonce = await obtainNonce(watched, agentKey, token)

  const contend = (name: string, subject: Guard, allowed: boolean, make: () => IncomingCall): Contestant => {
    const { prepare, next } = createSupply(make)
    return { name, prepare, run: (n) => atOnce(n, () => expectDecision(subject, next(), allowed)) }
  }
  const prove = (of = nonce, bound = token) => signCallProof(agentKey, bound, of)
  return [
    createBareVerify(agentKey, () => prove()),
    contend('guard, token and key known', guard, true, () => createCall(token, prove())),
    contend('the same, with metrics', watched, true, () => createCall(token, prove(watchedNonce))),
    contend('guard, token new', guard, true, () => {
      const fresh = signToken(issuerKey, agentKey)
      return createCall(fresh, prove(nonce, fresh))
    }),
    createContestantByHand(createCheckByHand(jwks), token, () => prove()),
    contend('guard, malformed proof', guard, false, () => createCall(token, `${prove().slice(0, -40)}=`)),
    contend('guard, malformed token', guard, false, () => createCall(`${token.slice(0, 40)}.x`, prove())),
  ]
}

function createContestantByHand(
  check: (token: string, proof: string, content: Buffer) => Promise<unknown>,
  token: string,
  makeProof: () => string,
): Contestant {
  const { prepare, next } = createSupply(makeProof)
  return { name: 'by hand with jose', prepare, run: (n) => atOnce(n, () => check(token, next(), body)) }
}

async function obtainNonce(guard: Guard, agentKey: SigningKey, token: string): Promise<string> {
  const { nonce = '' } = await guard.decide(createCall(token, signCallProof(agentKey, token, 'none')))
  return nonce
}

/** Without a reader the SDK would record nothing. */
class IdleReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function createMeter(): Meter {
  return new MeterProvider({ readers: [new IdleReader()] }).getMeter('bench')
}

/** The floor: `crypto.verify` with a parsed key and a DER signature, on messages like those of the guard. */
function createBareVerify({ privateKey, publicKey }: SigningKey, makeProof: () => string): Contestant {
  const { prepare, next } = createSupply(() => {
    const proof = makeProof()
    const input = Buffer.from(proof.slice(0, proof.lastIndexOf('.')))
    return { input, signature: sign('sha256', input, privateKey) }
  })
  return {
    name: 'one bare ES256 verify',
    prepare,
    run(count) {
      for (let index = 0; index < count; index++) {
        const { input, signature } = next()
        if (!verify('sha256', input, publicKey, signature)) throw new Error('the signature does not verify')
      }
    },
  }
}

export const guardBenchmark: Benchmark = {
  name: 'guard',
  summary: 'the check of one call: CPU time of all threads, 64 calls at once, ES256',
  async run(onProgress) {
    const costs = await interleave(await prepare(), { rounds, batch, warmUp, onRound: onProgress })
    const cost = (name: string) => costs.get(name) ?? Number.NaN
    const bare = cost('one bare ES256 verify')
    const warm = cost('guard, token and key known')
    const goals: Goal[] = [
      { name: 'warm check / one bare verify', value: warm / bare, unit: '×', bound: { atMost: 1.3 } },
      {
        name: 'warm check with metrics / without',
        value: cost('the same, with metrics') / warm,
        unit: '×',
        bound: { atMost: 1.15 },
      },
      {
        name: 'by hand with jose / warm check',
        value: cost('by hand with jose') / warm,
        unit: '×',
        bound: { atLeast: 3.5 },
      },
      {
        name: 'cold token / two bare verifies',
        value: cost('guard, token new') / (2 * bare),
        unit: '×',
        bound: { atMost: 1.3 },
      },
      {
        name: 'malformed proof / warm check',
        value: cost('guard, malformed proof') / warm,
        unit: '×',
        bound: { atMost: 0.1 },
      },
      {
        name: 'malformed token / warm check',
        value: cost('guard, malformed token') / warm,
        unit: '×',
        bound: { atMost: 0.1 },
      },
      {
        name: '1,000,000 live proof ids in memory',
        value: await measureLiveIds(1_000_000),
        unit: 'MB',
        bound: { atMost: 100 },
      },
    ]
    return { costs, goals }
  },
}
