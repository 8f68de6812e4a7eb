import type { VerifiedAttestation } from '@countersign/attestation/verify'
import { describe, expect, it } from 'vitest'
import { agentWords } from '../testing/attester.test-fixture.ts'
import { start } from '../testing/issuer.test-fixture.ts'
import { createAttestedSessions } from './attested-sessions.ts'

const attestation: VerifiedAttestation = {
  issuer: 'https://api.anthropic.com',
  level: 'provider',
  binding: 'single_use',
  agent: agentWords,
  subject: 'spiffe://anthropic.com/model/m',
  keyId: undefined,
  keyThumbprint: 'k',
  jkt: undefined,
  expires: start + 300,
  skew: 0,
  shortId: '550e8400',
}

function setUp() {
  const time = { now: start }
  return { time, sessions: createAttestedSessions(() => time.now) }
}

describe('a session that began with an attestation', () => {
  it('is found by its id, with what the handler calls it', () => {
    const { sessions } = setUp()
    for (const handlerId of ['h', 'a.b.c', 'attested.x', undefined]) {
      expect(sessions.find(sessions.begin(attestation, handlerId))).toEqual({ handlerId, attestation })
    }
  })

  it('has an id that nobody guesses, in visible ASCII', () => {
    const { sessions } = setUp()
    const ids = Array.from({ length: 100 }, () => sessions.begin(attestation, undefined))
    expect(new Set(ids).size).toBe(100)
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{41}$/)
  })

  it('goes on without, once that is forgotten', () => {
    const { sessions } = setUp()
    const id = sessions.begin(attestation, 'h')
    sessions.end(id)
    expect(sessions.find(id)).toEqual({ handlerId: 'h', attestation: undefined })
    sessions.end(id)
    sessions.end('other')
  })

  it('is that of one guard, also where the handler is another one', () => {
    const inner = setUp().sessions.begin(attestation, 'h')
    const { sessions } = setUp()
    expect(sessions.find(inner)).toBeUndefined()
    expect(sessions.find(sessions.begin(attestation, inner))?.handlerId).toBe(inner)
  })

  it('is not every session', () => {
    const { sessions } = setUp()
    for (const id of ['', 'h', 'attested.', 'attested.short.h', `attested${'x'.repeat(40)}`]) {
      expect(sessions.find(id)).toBeUndefined()
    }
  })
})

describe('the memory of attested sessions', () => {
  it('gives up what is over', () => {
    const { sessions, time } = setUp()
    const first = sessions.begin(attestation, undefined)
    time.now = start + 300
    sessions.begin({ ...attestation, expires: start + 600 }, undefined)
    expect(sessions.find(first)?.attestation).toBeUndefined()
  })

  it('holds 10,000, and the newest of more: the others are unattested', () => {
    const { sessions } = setUp()
    const ids = Array.from({ length: 10_002 }, () => sessions.begin(attestation, undefined))
    const held = ids.map((id) => sessions.find(id)?.attestation !== undefined)
    expect(held.indexOf(true)).toBe(2)
    expect(held.lastIndexOf(false)).toBe(1)
  })
})
