import { createMemoryLedger, type Ledger } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import type { GuardOptions } from './guard-options.ts'
import { createIssuer, start } from './testing/issuer.test-fixture.ts'
import { createScene } from './testing/scene.test-fixture.ts'
import { createTestStore, type TestLedger } from './testing/shared-store.test-fixture.ts'

const needs = ['keys', 'revocations', 'ledger'] as const

/** What a guard with these options answers to all three questions. */
async function probeAll(options: Partial<GuardOptions> = {}): Promise<Record<string, boolean>> {
  const { guard } = await createScene(options)
  const answers = await Promise.all(needs.map(async (need) => [need, await guard.probe(need)] as const))
  return Object.fromEntries(answers)
}

/** An issuer whose documents are what the table says; anything else cannot be reached. */
const serving = (documents: Readonly<Record<string, object>>): typeof fetch => {
  return async (url) => {
    const document = documents[String(url)]
    if (document === undefined) throw new TypeError('fetch failed')
    return Response.json(document)
  }
}

describe('a guard that is asked whether it is ready', () => {
  it('says yes with keys of its configuration and a ledger in memory', async () => {
    expect(await probeAll()).toEqual({ keys: true, revocations: true, ledger: true })
  })

  it('fetches the keys that it does not have yet', async () => {
    const { issuer, publicJwk } = await createIssuer()
    const fetcher = serving({
      [`${issuer}/.well-known/oauth-authorization-server`]: { issuer, jwks_uri: `${issuer}/jwks` },
      [`${issuer}/jwks`]: { keys: [publicJwk] },
    })
    expect(await probeAll({ authorizationServers: [issuer], fetch: fetcher })).toMatchObject({ keys: true })
  })

  it('says no while the keys of any issuer cannot be had', async () => {
    const { issuer, publicJwk } = await createIssuer()
    const authorizationServers = [{ issuer, jwks: { keys: [publicJwk] } }, 'https://gone.example']
    const answers = await probeAll({ authorizationServers, fetch: serving({}) })
    expect(answers).toMatchObject({ keys: false, ledger: true })
  })

  it('says no while nobody can tell what was revoked', async () => {
    const { issuer, publicJwk } = await createIssuer()
    const trust = { issuer, jwks: { keys: [publicJwk] }, revocationFeed: `${issuer}/revocations` }
    expect(await probeAll({ authorizationServers: [trust], fetch: serving({}) })).toMatchObject({ revocations: false })
    const feed = { epoch: 'one', sequence: 0, entries: [] }
    const answers = await probeAll({
      authorizationServers: [trust],
      fetch: serving({ [`${issuer}/revocations`]: feed, [`${issuer}/revocations?after=0`]: feed }),
    })
    expect(answers).toMatchObject({ revocations: true })
  })

  it('says no while proofs cannot be spent', async () => {
    const broken: Ledger = { lifetime: 'durable', spend: () => Promise.reject(new Error('no route')) }
    expect(await probeAll({ ledger: broken })).toEqual({ keys: true, revocations: true, ledger: false })
    expect(await probeAll({ ledger: createMemoryLedger({ capacity: 0 }) })).toMatchObject({ ledger: false })
  })
})

describe('a guard on a shared store', () => {
  const affinity = 'process'

  async function probeWith(options: Partial<GuardOptions>, arrange: (ledger: TestLedger) => void): Promise<boolean> {
    const ledger = createTestStore().connect()
    const { guard } = await createScene({ ledger, ...options })
    arrange(ledger)
    return guard.probe('ledger')
  }

  it('is ready while the store answers, also just after it has lost its memory', async () => {
    expect(await probeWith({}, () => undefined)).toBe(true)
    const store = createTestStore()
    const { guard } = await createScene({ ledger: store.connect() })
    store.loseMemory(start + 15)
    expect(await guard.probe('ledger')).toBe(true)
  })

  it('is not while the store is down, but where calls go on without it', async () => {
    const takeDown = (ledger: TestLedger) => ledger.setHealth('unhealthy')
    expect(await probeWith({}, takeDown)).toBe(false)
    expect(await probeWith({ affinity }, takeDown)).toBe(true)
  })

  it('is not, whatever was declared, when its clock differs from the store’s', async () => {
    expect(await probeWith({ affinity }, (ledger) => ledger.setHealth('unhealthy', 'clock'))).toBe(false)
    expect(await probeWith({ affinity }, (ledger) => (ledger.fault = 'clock'))).toBe(false)
  })

  it('is not when what stands in for the store fails too', async () => {
    const ledger: Ledger = { lifetime: 'run', spend: () => Promise.reject(new Error('the primary has gone')) }
    const owner = { secret: new Uint8Array(32), ledger }
    expect(await probeWith({ affinity: owner }, (store) => store.setHealth('unhealthy'))).toBe(false)
  })
})
