import { createTrust } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { createGuardContext } from './guard-context.ts'
import type { GuardOptions } from './guard-options.ts'
import { policy, selectChecks } from './policy.ts'
import { createAttester } from './testing/attester.test-fixture.ts'
import { createDurableLedger } from './testing/durable-ledger.test-fixture.ts'

const base: GuardOptions = { resource: 'https://notes.example/mcp', authorizationServers: ['https://auth.example'] }
const attester = await createAttester()
const trust = createTrust([attester.line()], { verifier: createFastVerifier() })

const names = ({ checks, pressure }: typeof policy) => [...checks, ...pressure].map(({ name }) => name)

/** The checks that a guard with these options goes without. */
function leftOut(options: Partial<GuardOptions>): readonly string[] {
  const kept = names(selectChecks(policy, createGuardContext({ ...base, ...options })))
  return names(policy).filter((name) => !kept.includes(name))
}

describe('the checks of a guard', () => {
  it('are all but those that could object to none of its calls', () => {
    expect(leftOut({})).toEqual(['legacy_attestation', 'attestation_policy', 'required_digest', 'capability'])
  })

  it.each<[string, Partial<GuardOptions>]>([
    ['legacy_attestation', { trust }],
    ['attestation_policy', { attestation: 'preferred' }],
    ['attestation_policy', { tools: { read: { attestation: 'required' } } }],
    ['required_digest', { tools: { read: { contentDigest: 'required' } } }],
    ['required_digest', { methods: { 'resources/list': { contentDigest: 'required' } } }],
    ['required_digest', { prompts: { sum: { contentDigest: 'required' } } }],
    ['required_digest', { resources: { 'notes:*': { contentDigest: 'required' } } }],
    ['capability', { ledger: createDurableLedger() }],
  ])('have %s where it is asked for: %j', (name, options) => {
    expect(leftOut(options)).not.toContain(name)
  })
})
