import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCapabilityOptions, grantCapability } from '../testing/capability.test-fixture.ts'
import { deleteWith } from '../testing/capability-refusals.test-fixture.ts'
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import { type Members, start } from '../testing/issuer.test-fixture.ts'
import { createFrictionOptions } from '../testing/pressure-refusals.test-fixture.ts'
import { createScene, type SceneOptions } from '../testing/scene.test-fixture.ts'
import { readWebRequest } from '../web-request.ts'
import { createWeakenedGuard } from './weakened-guard.ts'
import type { Weakness } from './weakened-policy.ts'

const local = 'http://127.0.0.1:3000/mcp'

beforeEach(() => vi.stubEnv('COUNTERSIGN_UNSAFE', '1'))
afterEach(() => vi.unstubAllEnvs())

/** A way to delete note 42, with what has to be weak for it to succeed. */
interface Attack {
  readonly name: string
  readonly weakness: Weakness
  readonly stoppedBy: string
  readonly held: readonly Members[]
  readonly claims?: Members
  /** Calls that come before it. */
  readonly before?: number
  readonly options?: SceneOptions
}

const ours = (overrides: Members = {}) => grantCapability({ locations: [local], ...overrides })

const attacks: readonly Attack[] = [
  {
    name: 'a token that may delete anything',
    weakness: 'capability',
    stoppedBy: 'capability_required',
    held: [],
    claims: { scope: 'notes:delete' },
  },
  {
    name: 'a capability for another note',
    weakness: 'any_capability',
    stoppedBy: 'capability_mismatch',
    held: [ours({ arguments: { '/note_id': { equals: 99 } } })],
  },
  {
    name: 'a capability that has run out',
    weakness: 'capability_window',
    stoppedBy: 'capability_expired',
    held: [ours({ expires: start - 600 })],
  },
  {
    name: 'a capability for one use, used again',
    weakness: 'no_capability_count',
    stoppedBy: 'capability_exhausted',
    held: [ours()],
    before: 1,
  },
  {
    name: 'a deletion after others',
    weakness: 'friction',
    stoppedBy: 'friction_blocked',
    held: [ours({ uses: 9 })],
    before: 3,
    options: createFrictionOptions(),
  },
  {
    name: 'a call too many',
    weakness: 'rates',
    stoppedBy: 'rate_limited',
    held: [ours({ uses: 9 })],
    before: 1,
    options: createCapabilityOptions({ rates: { perClient: { calls: 1, seconds: 60 } } }),
  },
]

async function run({ weakness, held, claims, before = 0, options }: Attack, isWeak: boolean): Promise<string> {
  const scene = await createScene({
    ...(options ?? createCapabilityOptions()),
    ledger: createDurableLedger(),
    resource: local,
    issuedBy: 'http://127.0.0.1:4000',
    ...(isWeak && { create: (made) => createWeakenedGuard(made, [weakness]) }),
  })
  const token = await scene.token({ authorization_details: held, ...claims })
  for (let call = 0; call < before; call++) await scene.guard.check(await deleteWith(scene, held, { token }))
  const decision = await scene.guard.decide(readWebRequest(await deleteWith(scene, held, { token })))
  return decision.allowed ? 'allowed' : decision.rejection.code
}

describe.each(attacks)('$name', (attack) => {
  it('gets in where the defence is taken out', async () => {
    expect(await run(attack, true)).toBe('allowed')
  })

  it(`is stopped with ${attack.stoppedBy}`, async () => {
    expect(await run(attack, false)).toBe(attack.stoppedBy)
  })
})
