import { createMemoryLedger, createProofOwner } from '@countersign/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { createGuard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import { createScene } from '../testing/scene.test-fixture.ts'
import { createTestStore } from '../testing/shared-store.test-fixture.ts'

const base: GuardOptions = { resource: 'https://notes.example/mcp', authorizationServers: ['https://auth.example'] }
const ledger = createTestStore().connect()
const file = createDurableLedger()
const secret = 'x'.repeat(32)

afterEach(() => vi.unstubAllEnvs())

/** As plain JavaScript would have it, which no compiler has seen. */
const untyped = (options: object): Partial<GuardOptions> => options

describe('what is said of a shared store', () => {
  it.each<[string, Partial<GuardOptions>, string]>([
    ['affinity, with a ledger in memory', { affinity: 'process' }, 'this ledger is on none'],
    ['affinity, with a ledger in a file', { affinity: 'process', ledger: file }, 'this ledger is on none'],
    ['affinity of another kind', untyped({ affinity: 'host', ledger }), "affinity is 'process', or a ProofOwner"],
    [
      'an owner with a short secret',
      { affinity: { ...createProofOwner(), secret: new Uint8Array(31) }, ledger },
      '32 octets or more',
    ],
    ['withoutLedger, without one', { tools: { a: { withoutLedger: 'refuse' } } }, "'a': withoutLedger says what to do"],
    [
      'withoutLedger of a prompt, without one',
      { prompts: { b: { withoutLedger: 'degrade' } }, ledger: file },
      "'b': withoutLedger says what to do",
    ],
    [
      'that calls are let through unspent',
      untyped({ tools: { a: { withoutLedger: 'allow' } }, ledger }),
      'nothing is ever let through unspent',
    ],
    [
      'that uses are not counted',
      { tools: { a: { withoutLedger: 'degrade', capability: { object: '/id' } } }, ledger },
      'counted in the store alone',
    ],
    ['a secret beside its own', { nonceSecret: secret, ledger }, 'brings a secret'],
    ['a secret that outlives the memory', { nonceSecret: secret }, 'outlives the process'],
    [
      'the same, of a memory that was given',
      { nonceSecret: secret, ledger: createMemoryLedger() },
      'outlives the process',
    ],
    ['a short secret', { nonceSecret: 'x'.repeat(31), ledger: file }, '32 octets or more'],
  ])('is no %s', (_name, options, cause) => {
    expect(() => createGuard({ ...base, ...options })).toThrow(ConfigurationError)
    expect(() => createGuard({ ...base, ...options })).toThrow(cause)
  })

  it('is that a worker of node:cluster serves alone, by no means', () => {
    vi.stubEnv('NODE_UNIQUE_ID', '1')
    expect(() => createGuard({ ...base, ledger, affinity: 'process' })).toThrow('joinProofs')
  })

  it.each<[string, Partial<GuardOptions>]>([
    ['nothing', {}],
    ['affinity', { affinity: 'process' }],
    ['an owner', { affinity: createProofOwner() }],
    ['what each tool does without it', { tools: { a: { withoutLedger: 'refuse' }, b: { withoutLedger: 'degrade' } } }],
    ['refuse, of a capability', { tools: { a: { withoutLedger: 'refuse', capability: { object: '/id' } } } }],
  ])('may be %s', (_name, options) => {
    expect(createGuard({ ...base, ledger, ...options }).metadata.resource).toBe(base.resource)
  })
})

describe('several guards on a ledger in a file', () => {
  it('know each other’s nonces by a secret that they share, and only by it', async () => {
    const shared = { ledger: file, nonceSecret: secret }
    const [one, other] = [await createScene(shared), await createScene(shared)]
    expect(await one.nonce()).toBe(await other.nonce())
    const stranger = await createScene({ ledger: file })
    expect(await stranger.nonce()).not.toBe(await one.nonce())
  })
})
