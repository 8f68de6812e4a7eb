import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createPortableVerifier, encodeBase64url, type PublicJwk, spendKey, type Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { makeProof, type ProofRequest } from './make-proof.ts'
import { createNonceRing, type NonceRing } from './nonce-ring.ts'
import type { ProofExpectation } from './proof-claims.ts'
import { generateProofKey } from './proof-key.ts'
import type { ProofPolicy } from './proof-policy.ts'
import { createProofVerifier, type ProofVerifier } from './verify-proof.ts'

const NOW = 1_800_000_000
const ENDPOINT = 'https://notes.example/mcp'
const TOKEN = 'token'
const ATH = String(createFastVerifier().digest(TOKEN))

const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwkOf = (key: KeyObject): Record<string, unknown> => ({ ...key.export({ format: 'jwk' }) })
const jwk = jwkOf(es256.publicKey) as PublicJwk & Record<string, unknown>

type Members = Record<string, unknown>
const encodeText = (text: string): string => encodeBase64url(new TextEncoder().encode(text))

/** Signs any header over any payload, as an attacker can who holds a key; texts go in as they are. */
function forge(header: Members | string, payload: Members | string, key: KeyObject = es256.privateKey): string {
  const [head, body] = [header, payload].map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
  const signingInput = `${encodeText(head ?? '')}.${encodeText(body ?? '')}`
  const signature = sign('sha256', Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' })
  return `${signingInput}.${encodeBase64url(signature)}`
}

const HEADER = { typ: 'dpop+jwt', alg: 'ES256', jwk }
const PAYLOAD = { jti: 'id', htm: 'POST', htu: ENDPOINT, iat: NOW, ath: ATH }
const EXPECTED: ProofExpectation = { method: 'POST', endpoint: ENDPOINT, ath: ATH }

interface World {
  readonly proofs: ProofVerifier
  readonly nonces: NonceRing
  readonly time: { now: number }
}

function setUp(policy: Partial<ProofPolicy> = {}, verifier: Verifier = createFastVerifier()): World {
  const time = { now: NOW }
  const clock = (): number => time.now
  const nonces = createNonceRing({ clock })
  return { proofs: createProofVerifier({ verifier, clock, nonces, policy }), nonces, time }
}

/** `code reason` of a refusal, or `accepted`. */
async function outcomeOf({ proofs }: World, proof: string, expected = EXPECTED): Promise<string> {
  const result = await proofs.verify(proof, expected)
  return result.ok ? 'accepted' : [result.rejection.code, result.rejection.reason].filter(Boolean).join(' ')
}

describe.each([
  ['fast', createFastVerifier()],
  ['portable', createPortableVerifier()],
] as const)('a proof, verified with the %s verifier (RFC 9449 §4.3)', (_, verifier) => {
  it.each(['ES256', 'Ed25519'] as const)('is accepted as its owner made it: %s', async (algorithm) => {
    const { proofs, nonces } = setUp({}, verifier)
    const key = await generateProofKey(algorithm)
    const content = new TextEncoder().encode('{}')
    const request = { method: 'POST', url: ENDPOINT, accessToken: TOKEN, content, issuedAt: NOW - 3 }
    const proof = await makeProof(key, { ...request, nonce: await nonces.current() })
    // Cold, and from the cache of keys.
    for (const _time of [1, 2]) {
      const result = await proofs.verify(proof, { ...EXPECTED, jkt: key.thumbprint })
      expect(result).toMatchObject({
        ok: true,
        value: { jkt: key.thumbprint, contentDigest: await verifier.digest(content), newestNonce: true, skew: 3 },
      })
    }
  })

  it('is refused when another key has signed it (check 6)', async () => {
    const world = setUp({}, verifier)
    const forged = forge(HEADER, PAYLOAD, stranger.privateKey)
    expect(await outcomeOf(world, forged)).toBe('invalid_dpop_proof signature')
    expect(await outcomeOf(world, forge(HEADER, PAYLOAD))).toBe('accepted')
    expect(await outcomeOf(world, forged)).toBe('invalid_dpop_proof signature')
  })

  it('is refused when its key is no point of the curve, whoever signed', async () => {
    const off = { ...HEADER, jwk: { ...jwk, y: jwk.x } }
    expect(await outcomeOf(setUp({}, verifier), forge(off, PAYLOAD))).toBe('invalid_dpop_proof signature')
  })

  it('is refused when its key is of small order', async () => {
    const weak = { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(Uint8Array.of(1, ...new Uint8Array(31))) }
    const signingInput = `${encodeText(JSON.stringify({ ...HEADER, alg: 'EdDSA', jwk: weak }))}.${encodeText(JSON.stringify(PAYLOAD))}`
    const signature = encodeBase64url(Uint8Array.of(1, ...new Uint8Array(63)))
    expect(await outcomeOf(setUp({}, verifier), `${signingInput}.${signature}`)).toBe('invalid_dpop_proof signature')
  })
})

describe('one well-formed JWT (RFC 9449 §4.3, check 2)', () => {
  const proof = forge(HEADER, PAYLOAD)
  it.each([
    ['nothing', '', 'compact'],
    ['no JWT', 'a', 'compact'],
    ['two proofs', `${proof}, ${proof}`, 'compact'],
    ['two segments', proof.slice(0, proof.lastIndexOf('.')), 'compact'],
    ['no signature', `${proof.slice(0, proof.lastIndexOf('.'))}.`, 'compact'],
    ['padding', `${proof}==`, 'base64url'],
    ['a blank at the end', `${proof} `, 'base64url'],
    ['a line break within', proof.replace('.', '\n.'), 'header_base64url'],
    ['more than 4096 characters', `${proof}.${'A'.repeat(4096)}`, 'length'],
    ['a payload that is no object', forge(HEADER, '[]'), 'payload_object'],
    ['a payload that is no JSON', forge(HEADER, 'jti'), 'payload_json_syntax'],
    [
      'two claims of one name',
      forge(HEADER, `{"htm":"GET",${JSON.stringify(PAYLOAD).slice(1)}`),
      'payload_json_duplicate_member',
    ],
    [
      'two claims of one name, one escaped',
      forge(HEADER, `{"\\u0068tm":"GET",${JSON.stringify(PAYLOAD).slice(1)}`),
      'payload_json_duplicate_member',
    ],
    [
      'two header members of one name',
      forge(`{"alg":"none",${JSON.stringify(HEADER).slice(1)}`, PAYLOAD),
      'header_json_duplicate_member',
    ],
    [
      'two members of one name in the key',
      forge(JSON.stringify(HEADER).replace('"crv"', '"crv":"P-384","crv"'), PAYLOAD),
      'header_json_duplicate_member',
    ],
  ])('is not %s', async (__, text, reason) => {
    expect(await outcomeOf(setUp(), text)).toBe(`invalid_dpop_proof ${reason}`)
  })

  it('is not one whose signature is written with other trailing bits', async () => {
    const last = proof.slice(-1)
    const other = String.fromCharCode(last.charCodeAt(0) + 1)
    expect(await outcomeOf(setUp(), `${proof.slice(0, -1)}${other}`)).toBe('invalid_dpop_proof base64url')
  })
})

describe('the key of a proof', () => {
  it('is the one that the token is bound to (RFC 9449 §4.3, check 12), or the proof is refused before its signature', async () => {
    const key = await generateProofKey()
    const request: ProofRequest = { method: 'POST', url: ENDPOINT, accessToken: TOKEN, issuedAt: NOW }
    const world = setUp()
    const expected = { ...EXPECTED, jkt: key.thumbprint }
    expect(await outcomeOf(world, await makeProof(key, request), expected)).toBe('accepted')
    expect(await outcomeOf(world, forge(HEADER, PAYLOAD), expected)).toBe('dpop_jkt_mismatch')
    // The same when the key is known already.
    expect(await outcomeOf(world, forge(HEADER, PAYLOAD))).toBe('accepted')
    expect(await outcomeOf(world, forge(HEADER, PAYLOAD), expected)).toBe('dpop_jkt_mismatch')
  })

  it('is imported once, and only what has signed is remembered', async () => {
    const fast = createFastVerifier()
    let imports = 0
    const verifier: Verifier = {
      ...fast,
      importKey(...key) {
        imports++
        return fast.importKey(...key)
      },
    }
    const world = setUp({}, verifier)
    for (let i = 0; i < 3; i++) await outcomeOf(world, forge(HEADER, PAYLOAD, stranger.privateKey))
    expect(imports).toBe(3)
    for (let i = 0; i < 3; i++) await outcomeOf(world, forge(HEADER, PAYLOAD))
    expect(imports).toBe(4)
    const other = { ...EXPECTED, jkt: 'A'.repeat(43) }
    await outcomeOf(world, forge({ ...HEADER, kid: '2' }, PAYLOAD), other)
    expect(imports).toBe(4)
  })
})

describe('the time of a proof without a nonce (RFC 9449 §4.3, check 11)', () => {
  it.each([
    [-60, 'accepted'],
    [-60.1, 'use_dpop_nonce iat'],
    [10, 'accepted'],
    [10.1, 'use_dpop_nonce iat'],
    [-1e9, 'use_dpop_nonce iat'],
    [1e9, 'use_dpop_nonce iat'],
  ])('is within 60 s past and 10 s ahead: %d s is %s', async (offset, outcome) => {
    expect(await outcomeOf(setUp(), forge(HEADER, { ...PAYLOAD, iat: NOW + offset }))).toBe(outcome)
  })

  it('is within what the policy says', async () => {
    const world = setUp({ maxAge: 300, maxAhead: 300 })
    for (const [offset, outcome] of [
      [-300, 'accepted'],
      [300, 'accepted'],
      [-301, 'use_dpop_nonce iat'],
      [301, 'use_dpop_nonce iat'],
    ] as const) {
      expect(await outcomeOf(world, forge(HEADER, { ...PAYLOAD, iat: NOW + offset }))).toBe(outcome)
    }
  })

  it('does not matter where nonces are required (§9)', async () => {
    expect(await outcomeOf(setUp({ nonce: 'required' }), forge(HEADER, PAYLOAD))).toBe('use_dpop_nonce no_nonce')
  })

  it('is asked about only when everything else is right', async () => {
    const stale = { ...PAYLOAD, iat: NOW - 1000 }
    expect(await outcomeOf(setUp(), forge(HEADER, { ...stale, htm: 'GET' }))).toBe('invalid_dpop_proof htm')
    expect(await outcomeOf(setUp(), forge({ ...HEADER, typ: 'JWT' }, stale))).toBe('invalid_dpop_proof typ')
  })

  it('says until when the id is to be kept: as long as the proof is accepted, and twice the difference of clocks', async () => {
    const world = setUp({ maxAge: 60, clockDifference: 5 })
    const proof = forge(HEADER, { ...PAYLOAD, iat: NOW + 10 })
    const result = await world.proofs.verify(proof, EXPECTED)
    expect(result).toMatchObject({
      ok: true,
      value: { retainUntil: NOW + 80, issued: NOW - 5, place: 'store', skew: -10, newestNonce: false },
    })
    world.time.now = NOW + 70
    expect(await outcomeOf(world, proof)).toBe('accepted')
    world.time.now = NOW + 70.001
    expect(await outcomeOf(world, proof)).toBe('use_dpop_nonce iat')
  })
})

describe('the nonce of a proof (RFC 9449 §4.3, check 10)', () => {
  it('alone says whether the proof is of now, whatever the clock of its maker says', async () => {
    const world = setUp()
    const nonce = await world.nonces.current()
    for (const iat of [0, NOW - 100_000, NOW + 100_000]) {
      expect(await outcomeOf(world, forge(HEADER, { ...PAYLOAD, iat, nonce }))).toBe('accepted')
    }
  })

  it('heals a client whose clock is wrong', async () => {
    const world = setUp()
    const wrong = { ...PAYLOAD, iat: NOW - 600 }
    expect(await outcomeOf(world, forge(HEADER, wrong))).toBe('use_dpop_nonce iat')
    const nonce = await world.nonces.current()
    expect(await outcomeOf(world, forge(HEADER, { ...wrong, nonce }))).toBe('accepted')
  })

  it('that is unknown or has run out gets a new one, however fresh the proof', async () => {
    const world = setUp()
    expect(await outcomeOf(world, forge(HEADER, { ...PAYLOAD, nonce: 'unknown' }))).toBe('use_dpop_nonce nonce')
    const nonce = await world.nonces.current()
    world.time.now += 120
    expect(await outcomeOf(world, forge(HEADER, { ...PAYLOAD, iat: world.time.now, nonce }))).toBe(
      'use_dpop_nonce nonce',
    )
  })

  it('of another run gets a new one', async () => {
    const nonce = await setUp().nonces.current()
    expect(await outcomeOf(setUp(), forge(HEADER, { ...PAYLOAD, nonce }))).toBe('use_dpop_nonce nonce')
  })

  it('says until when the id is to be kept', async () => {
    const world = setUp({ clockDifference: 5 })
    const nonce = await world.nonces.current()
    const proof = forge(HEADER, { ...PAYLOAD, iat: 0, nonce })
    expect(await world.proofs.verify(proof, EXPECTED)).toMatchObject({ ok: true, value: { retainUntil: NOW + 130 } })
    world.time.now = NOW + 119.9
    expect(await outcomeOf(world, proof)).toBe('accepted')
    world.time.now = NOW + 120
    expect(await outcomeOf(world, proof)).toBe('use_dpop_nonce nonce')
  })

  it.each([
    [300, 'accepted'],
    [-300, 'accepted'],
    [301, 'invalid_dpop_proof iat'],
    [-301, 'invalid_dpop_proof iat'],
  ])('does not excuse a date off by more than 300 s under SEP-1932: %d s is %s', async (offset, outcome) => {
    const world = setUp({ sep1932: true })
    const nonce = await world.nonces.current()
    expect(await outcomeOf(world, forge(HEADER, { ...PAYLOAD, iat: NOW + offset, nonce }))).toBe(outcome)
  })
})

describe('the twin of a proof', () => {
  // ECDSA signs twice for the price of once: (r, s) and (r, n − s). The twin is accepted where the proof is, and names
  // the same id, so it finds that spent.
  it('has another signature and the same id', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const proof = forge(HEADER, PAYLOAD)
    const signature = Buffer.from(proof.slice(proof.lastIndexOf('.') + 1), 'base64url')
    const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`)
    signature.write(s.toString(16).padStart(64, '0'), 32, 'hex')
    const twin = `${proof.slice(0, proof.lastIndexOf('.'))}.${signature.toString('base64url')}`
    expect(twin).not.toBe(proof)
    const verifier = createFastVerifier()
    const keys = []
    for (const text of [proof, twin]) {
      const result = await setUp().proofs.verify(text, EXPECTED)
      if (!result.ok) throw new Error('both must be accepted')
      keys.push(await spendKey(verifier, [result.value.jkt, ENDPOINT, result.value.jti]))
    }
    expect(keys[0]).toBe(keys[1])
  })
})
