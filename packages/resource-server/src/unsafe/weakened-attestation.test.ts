import type { AttestationWeakness } from '@countersign/attestation/unsafe'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GuardOptions } from '../guard-options.ts'
import { createAgentKey } from '../testing/agent.test-fixture.ts'
import { callWith, withAttestation } from '../testing/attested-call.test-fixture.ts'
import { createAttester, type TestAttester } from '../testing/attester.test-fixture.ts'
import { type Members, start } from '../testing/issuer.test-fixture.ts'
import { createScene, type Scene } from '../testing/scene.test-fixture.ts'
import { createWeakenedGuard } from './weakened-guard.ts'
import type { Weakness } from './weakened-policy.ts'

const attester = await createAttester()
const stranger = await createAttester('https://attestt.example')
const others = await createAgentKey()

beforeEach(() => vi.stubEnv('COUNTERSIGN_UNSAFE', '1'))
afterEach(() => vi.unstubAllEnvs())

/** A way in, with what has to be weak for it to succeed. */
interface Attack {
  readonly name: string
  readonly policy: NonNullable<GuardOptions['attestation']>
  readonly weakness: { readonly guard?: Weakness; readonly attestation?: AttestationWeakness }
  readonly stoppedBy: string
  /** What is shown; nothing where it is left out. */
  readonly show?: { readonly of?: TestAttester; readonly claims?: Members; readonly header?: Members }
}

const attacks: readonly Attack[] = [
  {
    name: 'an agent whose model nobody attests',
    policy: 'required',
    weakness: { guard: 'attestation_policy' },
    stoppedBy: 'attestation_required',
  },
  {
    name: 'an attestation by a stranger',
    policy: 'required',
    weakness: { attestation: 'any_issuer' },
    stoppedBy: 'attestation_issuer_untrusted',
    show: { of: stranger, header: { jwk: stranger.publicJwk } },
  },
  {
    name: 'a forged one where one is preferred',
    policy: 'preferred',
    weakness: { guard: 'forged_is_missing' },
    stoppedBy: 'attestation_issuer_untrusted',
    show: { of: stranger },
  },
  {
    name: 'a forged one that nobody looks at',
    policy: 'optional',
    weakness: { guard: 'attestation' },
    stoppedBy: 'attestation_issuer_untrusted',
    show: { of: stranger },
  },
  {
    name: "another agent's, captured",
    policy: 'required',
    weakness: { attestation: 'no_key_binding' },
    stoppedBy: 'attestation_key_mismatch',
    show: { claims: { cnf: { jwk: others.publicJwk } } },
  },
  {
    name: 'one for another server',
    policy: 'required',
    weakness: { attestation: 'no_audience' },
    stoppedBy: 'attestation_audience_mismatch',
    show: { claims: { aud: 'https://other.example/mcp' } },
  },
  {
    name: 'one that is long over',
    policy: 'required',
    weakness: { attestation: 'no_expiry' },
    stoppedBy: 'attestation_expired',
    show: { claims: { iat: start - 600, nbf: start - 600, exp: start - 300 } },
  },
  {
    name: "one of another client's agent",
    policy: 'required',
    weakness: { attestation: 'no_client_binding' },
    stoppedBy: 'attestation_invalid',
    show: { claims: { sub: 'agent-2' } },
  },
]

/** A scene on loopback whose guard lacks what is named, or nothing. */
function createWeakScene({ policy, weakness }: Attack, isWeak: boolean): Promise<Scene> {
  const { guard, attestation } = weakness
  const checks = guard === undefined ? [] : [guard]
  const further = attestation === undefined ? {} : { attestation: [attestation] }
  return createScene({
    resource: 'http://127.0.0.1:3000/mcp',
    issuedBy: 'http://127.0.0.1:4000',
    attestation: policy,
    attesters: [attester.line()],
    ...(isWeak && { create: (options) => createWeakenedGuard(options, checks, further) }),
  })
}

describe.each(attacks)('$name', (attack) => {
  const run = async (isWeak: boolean) => {
    const scene = await createWeakScene(attack, isWeak)
    const { of = attester, claims, header } = attack.show ?? {}
    const parts = attack.show === undefined ? {} : withAttestation(await of.attest(scene.agent, claims, header))
    return callWith(scene, parts)
  }

  it('gets in where the defence is taken out', async () => {
    expect(await run(true)).toHaveProperty('clientId')
  })

  it(`is stopped with ${attack.stoppedBy}`, async () => {
    expect(await run(false)).toMatch(new RegExp(`^${attack.stoppedBy}\\b`))
  })
})

it('a weakened verifier is none unless the environment says so', () => {
  vi.stubEnv('COUNTERSIGN_UNSAFE', '0')
  const options: GuardOptions = {
    resource: 'http://127.0.0.1:3000/mcp',
    authorizationServers: ['http://127.0.0.1:4000'],
  }
  expect(() => createWeakenedGuard(options, [], { attestation: ['any_issuer'] })).toThrow('COUNTERSIGN_UNSAFE=1')
})
