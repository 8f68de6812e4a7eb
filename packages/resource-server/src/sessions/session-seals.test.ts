import { describe, expect, it } from 'vitest'
import type { Caller } from '../decision.ts'
import { createSessionSeals } from './session-seals.ts'

const owner: Caller = {
  issuer: 'https://auth.example',
  subject: 'ada',
  clientId: 'agent',
  jkt: 'key-1',
  scopes: new Set(['notes:read']),
  expires: 2000,
  attestation: { level: 'none' },
}

describe('a sealed session id', () => {
  const seals = createSessionSeals()

  it('opens for its owner, also under a later token', async () => {
    const sealed = await seals.seal('session-1', owner)
    expect(await seals.open(sealed, { ...owner, scopes: new Set(), expires: 9000 })).toBe('session-1')
  })

  it('is visible ASCII, as the protocol asks', async () => {
    expect(await seals.seal('session-1', owner)).toMatch(/^[\x21-\x7e]+$/)
  })

  it.each<[string, Partial<Caller>]>([
    ['issuer', { issuer: 'https://other.example' }],
    ['user', { subject: 'eve' }],
    ['client', { clientId: 'other' }],
    ['key', { jkt: 'key-2' }],
  ])('opens for no other %s', async (_who, difference) => {
    const sealed = await seals.seal('session-1', owner)
    expect(await seals.open(sealed, { ...owner, ...difference })).toBeUndefined()
  })

  it('opens for nobody who leaves the key away', async () => {
    const { jkt: _jkt, ...bearer } = owner
    expect(await seals.open(await seals.seal('session-1', owner), bearer)).toBeUndefined()
  })

  it('does not let parts of its owner run into one another', async () => {
    const sealed = await seals.seal('session-1', { ...owner, subject: 'ab', clientId: 'c' })
    expect(await seals.open(sealed, { ...owner, subject: 'a', clientId: 'bc' })).toBeUndefined()
  })

  it('may have the separator in it', async () => {
    expect(await seals.open(await seals.seal('a.b.c', owner), owner)).toBe('a.b.c')
  })

  it('is not known to another run', async () => {
    expect(await createSessionSeals().open(await seals.seal('session-1', owner), owner)).toBeUndefined()
  })

  it.each(['', '.', 'session-1', '.seal', `${'x'.repeat(600)}.seal`])('is not %j', async (text) => {
    expect(await seals.open(text, owner)).toBeUndefined()
  })
})
