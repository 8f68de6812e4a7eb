/** The attacks on attestations: each lands on a verifier with its weakness alone, and is stopped with exactly its code. */
import { refuse } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  CLAIMS,
  EXPECTED,
  forge,
  HEADER,
  IDENTITY,
  LINE,
  METADATA,
  NOW,
  outcomeOf,
  RESOURCE,
  strangersKey,
} from '../testing/attestation.test-fixture.ts'
import { makeLedger } from '../testing/ledger.test-fixture.ts'
import { createTrustList, type TrustEntry } from '../trust/trust-list.ts'
import type { AttestationExpectation } from '../verify/presented.ts'
import { type AttestationVerifier, createAttestationVerifier } from '../verify/verify-attestation.ts'
import { createWeakenedAttestationVerifier } from './weakened-attestation-verifier.ts'
import { type AttestationWeakness, attestationWeaknesses } from './weakened-verification.ts'

beforeEach(() => vi.stubEnv('COUNTERSIGN_UNSAFE', '1'))
afterEach(() => vi.unstubAllEnvs())

/** One attack: what is shown, to whom, and what it takes for it to land. */
interface Attack {
  readonly text: string
  readonly expected?: Partial<AttestationExpectation>
  readonly line?: Partial<TrustEntry>
  /** Seconds after the attestation was signed. */
  readonly after?: number
  /** The honest holder shows it first. */
  readonly usedBefore?: true
  readonly landsWith: readonly AttestationWeakness[]
  readonly stoppedBy: string
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const STRANGER = 'https://stranger.example'
const withKey = { kid: undefined, jwk: strangersKey.jwk }
const genuine = await forge()
const [header, payload, signature] = genuine.split('.')
const atOther = { audience: 'https://other.example/mcp' }
const noProof = { proofThumbprint: 'none' as const }
const unbound = { cnf: undefined, aud: RESOURCE }
const ofOtherDomain = 'spiffe://other.example/agent/7'
const down = { find: () => Promise.resolve(refuse('keys_unavailable', 'timeout')) }

const attacks: Readonly<Record<string, Attack>> = {
  'A2: a stranger signs, and sends its key along': {
    text: await forge({ iss: STRANGER }, withKey, strangersKey),
    landsWith: ['any_issuer'],
    stoppedBy: 'attestation_issuer_untrusted issuer',
  },
  'A2: a stranger signs in the name of a trusted issuer': {
    text: await forge({}, {}, strangersKey),
    landsWith: ['no_signature'],
    stoppedBy: 'attestation_invalid signature',
  },
  'A3: a captured attestation is shown with the thief’s own proof': {
    text: genuine,
    expected: { proofThumbprint: strangersKey.thumbprint },
    landsWith: ['no_key_binding'],
    stoppedBy: 'attestation_key_mismatch other_key',
  },
  'A3: a captured attestation is shown without a proof': {
    text: genuine,
    expected: noProof,
    landsWith: ['no_key_binding'],
    stoppedBy: 'attestation_key_mismatch no_proof',
  },
  'A3: a captured attestation without a key is used again': {
    text: await forge(unbound),
    expected: noProof,
    line: { acceptUnbound: true },
    usedBefore: true,
    landsWith: ['no_single_use'],
    stoppedBy: 'attestation_replay',
  },
  'A3: a captured attestation is shown by another client': {
    text: genuine,
    expected: { clientId: 'another' },
    landsWith: ['no_client_binding'],
    stoppedBy: 'attestation_invalid client_id',
  },
  'A4: claims are changed, and the signature is kept': {
    text: `${header}.${encode({ ...CLAIMS, agent_identity: { ...IDENTITY, model_version: '9.9' } })}.${signature}`,
    landsWith: ['no_signature'],
    stoppedBy: 'attestation_invalid signature',
  },
  'A4: the signature is stripped': {
    text: `${header}.${payload}.`,
    landsWith: ['no_signature'],
    stoppedBy: 'attestation_invalid compact',
  },
  'A4: the algorithm is none': {
    text: `${encode({ ...HEADER, alg: 'none' })}.${payload}.`,
    landsWith: ['no_signature'],
    stoppedBy: 'attestation_invalid compact',
  },
  'A4: the algorithm is none, and something stands where the signature should': {
    text: `${encode({ ...HEADER, alg: 'none' })}.${payload}.${signature}`,
    landsWith: ['no_signature'],
    stoppedBy: 'attestation_invalid alg',
  },
  'A4: the algorithm is swapped': {
    text: `${encode({ ...HEADER, alg: 'ES256' })}.${payload}.${signature}`,
    landsWith: ['no_signature'],
    stoppedBy: 'attestation_invalid key_algorithm',
  },
  'A4: a key is embedded in the header': {
    text: await forge({}, withKey, strangersKey),
    landsWith: ['embedded_key'],
    stoppedBy: 'attestation_invalid embedded_key',
  },
  'A5: a look-alike of a trusted issuer signs': {
    text: await forge({ iss: 'https://anthroplc.com' }, withKey, strangersKey),
    landsWith: ['any_issuer'],
    stoppedBy: 'attestation_issuer_untrusted look_alike',
  },
  'A7: an attestation for another server is shown here': {
    text: await forge({ aud: RESOURCE }),
    expected: atOther,
    landsWith: ['no_audience'],
    stoppedBy: 'attestation_audience_mismatch audience',
  },
  'A7: an attestation for several servers is shown by one of them to the next': {
    text: await forge({ aud: [RESOURCE, atOther.audience] }),
    expected: atOther,
    landsWith: ['no_audience'],
    stoppedBy: 'attestation_audience_mismatch several_audiences',
  },
  'A8: the safety level is raised, and the signature is kept': {
    text: `${header}.${encode({ ...CLAIMS, attestation_metadata: { ...METADATA, safety_level: 'enhanced' } })}.${signature}`,
    landsWith: ['no_signature'],
    stoppedBy: 'attestation_invalid signature',
  },
  'A9: an attestation is kept, and shown past its end': {
    text: genuine,
    after: 330,
    landsWith: ['no_expiry'],
    stoppedBy: 'attestation_expired expired',
  },
  'A9: an attestation is dated ahead': {
    text: genuine,
    after: -31,
    landsWith: ['no_expiry'],
    stoppedBy: 'attestation_expired not_yet',
  },
  'A9: an attestation lives for a year': {
    text: await forge({ exp: NOW + 31_536_000 }),
    landsWith: ['no_expiry'],
    stoppedBy: 'attestation_invalid lifetime',
  },
  'A12: a forged attestation comes while the key server does not answer': {
    text: await forge({}, {}, strangersKey),
    line: { keys: down },
    landsWith: ['no_signature', 'keys_fail_open'],
    stoppedBy: 'keys_unavailable timeout',
  },
  'A15: a trusted issuer attests another provider’s agent': {
    text: await forge({ agent_identity: { ...IDENTITY, provider: 'openai' } }),
    landsWith: ['any_provider'],
    stoppedBy: 'attestation_issuer_untrusted provider',
  },
  'A15: a trusted issuer attests another trust domain’s SPIFFE ID': {
    text: await forge({ sub: ofOtherDomain }),
    expected: { clientId: ofOtherDomain },
    line: { trustDomain: 'anthropic.com' },
    landsWith: ['any_provider'],
    stoppedBy: 'attestation_issuer_untrusted trust_domain',
  },
}

function world({ line, after = 0 }: Pick<Attack, 'line' | 'after'>) {
  const clock = () => NOW + after
  const verifier = createFastVerifier()
  return { verifier, clock, trust: createTrustList(verifier, [{ ...LINE, ...line }]), ledger: makeLedger(clock).ledger }
}

async function attempt(attestations: AttestationVerifier, { text, expected, usedBefore }: Attack): Promise<string> {
  if (usedBefore) expect(outcomeOf(await attestations.verify(text, { ...EXPECTED, ...expected }))).toBe('accepted')
  return outcomeOf(await attestations.verify(text, { ...EXPECTED, ...expected }))
}

describe.each(Object.entries(attacks))('%s', (_, attack) => {
  it('is stopped, cold and seen again', async () => {
    const attestations = createAttestationVerifier(world(attack))
    expect(await attempt(attestations, attack)).toBe(attack.stoppedBy)
    const { usedBefore: _used, ...again } = attack
    expect(await attempt(attestations, again)).toBe(attack.stoppedBy)
  })

  it.each(attestationWeaknesses)(
    'on a verifier with %s lands when that is its weakness, and is stopped with the same code otherwise',
    async (weakness) => {
      const attestations = createWeakenedAttestationVerifier(world(attack), [weakness])
      const outcome = await attempt(attestations, attack)
      expect(outcome).toBe(attack.landsWith.includes(weakness) ? 'accepted' : attack.stoppedBy)
    },
  )
})

describe('a weakened verifier', () => {
  it('accepts what a sound one does, whatever its weaknesses', async () => {
    for (const weaknesses of [[], attestationWeaknesses, ...attestationWeaknesses.map((one) => [one])]) {
      const attestations = createWeakenedAttestationVerifier(world({}), weaknesses)
      expect(outcomeOf(await attestations.verify(genuine, EXPECTED)), weaknesses.join()).toBe('accepted')
    }
  })

  it('without a weakness stops what a sound one does, with the same words', async () => {
    for (const attack of Object.values(attacks)) {
      expect(await attempt(createWeakenedAttestationVerifier(world(attack), []), attack)).toBe(attack.stoppedBy)
    }
  })

  it('has an attack for each of its weaknesses', () => {
    const shown = new Set(Object.values(attacks).flatMap(({ landsWith }) => landsWith))
    expect([...shown].sort()).toEqual([...attestationWeaknesses].sort())
  })

  it.each([undefined, '', '0', 'true', '1 '])('is not made when COUNTERSIGN_UNSAFE is %j', (value) => {
    vi.stubEnv('COUNTERSIGN_UNSAFE', value)
    expect(() => createWeakenedAttestationVerifier(world({}), [])).toThrow(
      'a weakened attestation verifier needs COUNTERSIGN_UNSAFE=1 in the environment',
    )
  })
})
