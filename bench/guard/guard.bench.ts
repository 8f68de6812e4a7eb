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
const total = (rounds + warmUp) * batch

/** Yields the items one after the other. */
function feed<T>(items: readonly T[]): () => T {
  let next = 0
  return () => {
    const item = items[next++]
    if (item === undefined) throw new Error('more calls than were prepared')
    return item
  }
}

/** All of a batch at once, as requests come in on many connections. */
async function atOnce(count: number, one: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, one))
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

  const proofs = (of = nonce) => Array.from({ length: total }, () => signCallProof(agentKey, token, of))
  const warm = feed(proofs().map((proof) => createCall(token, proof)))
  const cold = feed(
    Array.from({ length: total }, () => {
      const fresh = signToken(issuerKey, agentKey)
      return createCall(fresh, signCallProof(agentKey, fresh, nonce))
    }),
  )
  const metered = feed(proofs(watchedNonce).map((proof) => createCall(token, proof)))
  const byHand = feed(proofs())
  const malformed = feed(proofs().map((proof) => createCall(token, `${proof.slice(0, -40)}=`)))
  const garbage = feed(proofs().map((proof) => createCall(`${token.slice(0, 40)}.x`, proof)))
  const checkByHand = createCheckByHand(jwks)
  return [
    { name: 'one bare ES256 verify', run: createBareVerify(agentKey, proofs()) },
    { name: 'guard, token and key known', run: (n) => atOnce(n, () => expectDecision(guard, warm(), true)) },
    { name: 'the same, with metrics', run: (n) => atOnce(n, () => expectDecision(watched, metered(), true)) },
    { name: 'guard, token new', run: (n) => atOnce(n, () => expectDecision(guard, cold(), true)) },
    { name: 'by hand with jose', run: (n) => atOnce(n, () => checkByHand(token, byHand(), body)) },
    { name: 'guard, malformed proof', run: (n) => atOnce(n, () => expectDecision(guard, malformed(), false)) },
    { name: 'guard, malformed token', run: (n) => atOnce(n, () => expectDecision(guard, garbage(), false)) },
  ]
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
function createBareVerify({ privateKey, publicKey }: SigningKey, proofs: readonly string[]): Contestant['run'] {
  const signed = proofs.map((proof) => {
    const input = Buffer.from(proof.slice(0, proof.lastIndexOf('.')))
    return { input, signature: sign('sha256', input, privateKey) }
  })
  const next = feed(signed)
  return (count) => {
    for (let index = 0; index < count; index++) {
      const { input, signature } = next()
      if (!verify('sha256', input, publicKey, signature)) throw new Error('the signature does not verify')
    }
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
        bound: { atMost: 1.1 },
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
