import { describe, expect, it } from 'vitest'
import { createPortableVerifier } from '../verifier/portable-verifier.ts'
import { createProofOwner } from './proof-owner.ts'
import { spendKey } from './spend-key.ts'

const key = await spendKey(createPortableVerifier(), ['one'])

describe('a proof owner', () => {
  it('has a secret that no other has', () => {
    const [one, other] = [createProofOwner(), createProofOwner()]
    expect(one.secret).toHaveLength(32)
    expect(one.secret).not.toEqual(other.secret)
  })

  it('spends each proof once, in a memory that ends with it', async () => {
    const owner = createProofOwner({ clock: () => 1000 })
    const spend = { kind: 'proof', key, limit: 1, until: 1100 } as const
    expect(owner.ledger.lifetime).toBe('run')
    expect(await owner.ledger.spend([spend])).toEqual({ spent: true })
    expect(await owner.ledger.spend([spend])).toEqual({ spent: false, exhausted: key })
  })
})
