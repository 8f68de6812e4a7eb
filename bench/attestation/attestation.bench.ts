/** What attestations cost: beside a bare signature check, in the guard, and on long trust lists. */
import { verify } from 'node:crypto'
import type { Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createGuard, type Guard, type GuardOptions, type IncomingCall } from '@countersign/resource-server'
import type { Goal } from '../goal.ts'
import { createCall, createSigningKey, issuer, resource, signCallProof, signToken } from '../guard/fixture.ts'
import { type Contestant, interleave } from '../interleave.ts'
import type { Benchmark } from '../run.ts'
import { agentKey, attester, attesterKeys, createList, createVerifier, flat, show, signAttestation } from './fixture.ts'

const rounds = 200
const warmUp = 20
const batch = 64
/** So many in one, where one is too short to be measured. */
const many = 100

const seenAgain = `${many} × one seen again`
const lookedUpIn = (length: number) => `${many} × an issuer looked up in a list of ${length}`

/** A contestant for whom each thing is made just before. */
function contend<T>(name: string, make: () => T, one: (item: T) => Promise<void> | void): Contestant {
  const items: T[] = []
  return {
    name,
    prepare(count) {
      while (items.length < count) items.push(make())
    },
    async run(count) {
      await Promise.all(items.splice(0, count).map(one))
    },
  }
}

function createBareVerify(): Contestant {
  const make = () => {
    const text = signAttestation()
    const dot = text.lastIndexOf('.')
    return { input: Buffer.from(text.slice(0, dot)), signature: Buffer.from(text.slice(dot + 1), 'base64url') }
  }
  return contend('one bare Ed25519 verify', make, ({ input, signature }) => {
    if (!verify(null, input, attesterKeys.publicKey, signature)) throw new Error('the signature does not verify')
  })
}

/** The same text, as it comes off the wire each time. */
function createSeenAgain(): Contestant {
  const verifier = createVerifier()
  const known = signAttestation()
  return {
    name: seenAgain,
    async run(count) {
      for (let index = 0; index < count * many; index++) await show(verifier, flat(known))
    },
  }
}

function createLookups(length: number): Contestant {
  const list = createList(length)
  const names = Array.from({ length: many }, () => flat(attester))
  return {
    name: lookedUpIn(length),
    run(count) {
      for (let index = 0; index < count; index++) {
        for (const name of names) if (list.find(name) === undefined) throw new Error('not found')
      }
    },
  }
}

/** Takes every signature to be good: what is added to a call is small beside one, and would be lost in its variance. */
function createIdleVerifier(): Verifier {
  return { ...createFastVerifier(), verify: () => true }
}

function createCalls(attested: boolean) {
  const issuerKey = createSigningKey()
  const options: GuardOptions = {
    resource,
    authorizationServers: [{ issuer, jwks: { keys: [{ ...issuerKey.publicJwk, kid: 'issuer-1', alg: 'ES256' }] } }],
    tools: { read_notes: { scopes: ['notes:read'] } },
    proofs: { nonce: 'required' },
    verifier: createIdleVerifier(),
    ...(attested && { trust: createList(), attestation: 'required' }),
  }
  return { guard: createGuard(options), token: signToken(issuerKey, agentKey) }
}

async function createGuardContestant(name: string, attested: boolean): Promise<Contestant> {
  const { guard, token } = createCalls(attested)
  const attestation = signAttestation()
  const { nonce = '' } = await guard.decide(createCall(token, signCallProof(agentKey, token, 'none')))
  const make = (): IncomingCall => {
    const call = createCall(token, signCallProof(agentKey, token, nonce))
    return attested ? withAttestation(call, flat(attestation)) : call
  }
  return contend(name, make, (call) => expectAllowed(guard, call))
}

function withAttestation(call: IncomingCall, attestation: string): IncomingCall {
  const values = [attestation]
  return { ...call, header: (name) => (name === 'oauth-client-attestation' ? values : call.header(name)) }
}

async function expectAllowed(guard: Guard, call: IncomingCall): Promise<void> {
  const decision = await guard.decide(call)
  if (!decision.allowed) throw new Error(`refused: ${JSON.stringify(decision)}`)
}

async function prepare(): Promise<readonly Contestant[]> {
  const verifier = createVerifier()
  const longList = createVerifier(10_000)
  const strangers = (name: string, of: typeof verifier) =>
    contend(
      name,
      () => signAttestation('https://attest-0-example.example'),
      (text) => show(of, text, false),
    )
  return [
    createBareVerify(),
    contend('a new attestation', signAttestation, (text) => show(verifier, text)),
    createSeenAgain(),
    createLookups(10),
    createLookups(10_000),
    contend('a new attestation, 10,000 issuers', signAttestation, (text) => show(longList, text)),
    strangers("a stranger's attestation", verifier),
    strangers("a stranger's attestation, 10,000 issuers", longList),
    await createGuardContestant('guard without signatures', false),
    await createGuardContestant('the same, with an attestation seen again', true),
  ]
}

export const attestationBenchmark: Benchmark = {
  name: 'attestation',
  summary: 'attestations of agents: CPU time of all threads, 64 at once, Ed25519',
  async run(onProgress) {
    const costs = await interleave(await prepare(), { rounds, batch, warmUp, onRound: onProgress })
    const cost = (name: string) => costs.get(name) ?? Number.NaN
    const bare = cost('one bare Ed25519 verify')
    const goals: Goal[] = [
      {
        name: 'a new attestation / one bare verify',
        value: cost('a new attestation') / bare,
        unit: '×',
        bound: { atMost: 1.3 },
      },
      {
        name: 'one seen again / one bare verify',
        value: cost(seenAgain) / many / bare,
        unit: '×',
        bound: { atMost: 0.05 },
      },
      {
        name: 'what one seen again adds to a call / one bare verify',
        value: (cost('the same, with an attestation seen again') - cost('guard without signatures')) / bare,
        unit: '×',
        bound: { atMost: 0.05 },
      },
      {
        name: 'looked up in a list of 10,000 / of 10',
        value: cost(lookedUpIn(10_000)) / cost(lookedUpIn(10)),
        unit: '×',
        bound: { atMost: 1.3 },
      },
    ]
    return { costs, goals }
  },
}
