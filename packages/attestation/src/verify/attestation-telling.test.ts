import { type AttestationEvent, refuse } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { CLAIMS, EXPECTED, forge, ISSUER, NOW, setUp, strangersKey } from '../testing/attestation.test-fixture.ts'
import { setUpSingleUse, single } from '../testing/single-use.test-fixture.ts'

const listen = (line: Parameters<typeof setUp>[0] = {}) => {
  const events: AttestationEvent[] = []
  return { ...setUp(line, { events: (event) => events.push(event) }), events }
}
const seconds = expect.any(Number)

describe('what is told of an attestation', () => {
  it('that is accepted: by whom, how it is bound, the clocks, and the beginning of its id', async () => {
    const { attestations, events } = listen()
    const text = await forge({ iat: NOW + 4 })
    for (const cached of [false, true]) {
      await attestations.verify(text, EXPECTED)
      expect(events.pop()).toEqual({
        type: 'attestation_verified',
        issuer: ISSUER,
        level: 'provider',
        binding: 'key',
        carriage: 'header',
        cached,
        seconds,
        skew: -4,
        shortId: '0f0e0d0c',
      })
    }
    expect(CLAIMS.jti).toHaveLength(32)
  })

  it('that is refused: why, and of which trusted issuer', async () => {
    const { attestations, events } = listen()
    await attestations.verify(await forge({}, {}, strangersKey), EXPECTED)
    const told = { type: 'attestation_refused', carriage: 'header', cached: false, seconds }
    expect(events).toEqual([{ ...told, code: 'attestation_invalid', reason: 'signature', issuer: ISSUER }])
  })

  it('of a stranger: whom it was made to look like, and never what it calls itself', async () => {
    const { attestations, events } = listen()
    await attestations.verify(await forge({ iss: 'https://anthroplc.com' }), EXPECTED)
    expect(events).toMatchObject([
      {
        code: 'attestation_issuer_untrusted',
        reason: 'look_alike',
        resembles: { issuer: ISSUER, how: 'confusable' },
      },
    ])
    expect(events[0]).not.toHaveProperty('issuer')
    expect(JSON.stringify(events)).not.toContain('anthroplc')
  })

  it('that was known and is refused for whom it was shown by: that it was known', async () => {
    const { attestations, events } = listen()
    const text = await forge()
    await attestations.verify(text, EXPECTED)
    await attestations.verify(text, { ...EXPECTED, proofThumbprint: 'none' })
    expect(events[1]).toMatchObject({ code: 'attestation_key_mismatch', reason: 'no_proof', cached: true })
  })

  it('whose keys cannot be had: that, and of whom', async () => {
    const { attestations, events } = listen({ keys: { find: () => Promise.resolve(refuse('keys_unavailable')) } })
    await attestations.verify(await forge(), EXPECTED)
    expect(events).toMatchObject([{ type: 'attestation_refused', code: 'keys_unavailable', issuer: ISSUER }])
  })

  it('holds neither its text nor its whole id', async () => {
    const { attestations, events } = listen()
    const text = await forge()
    await attestations.verify(text, EXPECTED)
    await attestations.verify(`${text}A`, EXPECTED)
    for (const part of [...text.split('.'), CLAIMS.jti]) expect(JSON.stringify(events)).not.toContain(part)
  })

  it('is the same answer that nobody hears of', async () => {
    const { attestations } = listen()
    const text = await forge()
    expect(await attestations.verify(text, EXPECTED)).toEqual(await setUp().attestations.verify(text, EXPECTED))
    expect(await setUpSingleUse().judge(await forge(single))).toBe('accepted')
  })
})
