import { createTrustList } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { createGuard } from './guard.ts'
import type { GuardOptions } from './guard-options.ts'
import { createAttester } from './testing/attester.test-fixture.ts'
import { resource } from './testing/issuer.test-fixture.ts'

const trust = createTrustList(createFastVerifier(), [(await createAttester()).line()])

describe('RFC 9728 §2: what the server tells about itself', () => {
  it(`${verifies('MCP-DISCOVERY-1')} is the least that a client needs`, () => {
    expect(createGuard({ resource, authorizationServers: ['https://auth.example'] }).metadata).toEqual({
      resource,
      authorization_servers: ['https://auth.example'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
      dpop_bound_access_tokens_required: true,
      dpop_content_digest_supported: true,
    })
  })

  it('is more where the operator said more; issuers stay in order', () => {
    const guard = createGuard({
      resource,
      authorizationServers: [{ issuer: 'https://one.example' }, 'https://two.example'],
      name: 'Notes',
      scopesSupported: ['notes:read'],
      bearer: 'allowed',
      proofs: { algorithms: ['ES256'] },
    })
    expect(guard.metadata).toMatchObject({
      authorization_servers: ['https://one.example', 'https://two.example'],
      resource_name: 'Notes',
      scopes_supported: ['notes:read'],
      dpop_bound_access_tokens_required: false,
      dpop_signing_alg_values_supported: ['ES256'],
    })
  })
})

describe('draft-ietf-oauth-attestation-based-client-auth: what it tells about attestations', () => {
  const describeServer = (options: Partial<GuardOptions>) => {
    const { metadata } = createGuard({ resource, authorizationServers: ['https://auth.example'], ...options })
    return metadata.client_attestation_pop_methods_supported
  }

  it.each<GuardOptions['attestation']>([undefined, 'optional', 'preferred', { presence: 'preferred' }])(
    `${verifies('ABCA-8-1')} is that they may be left out, with the policy %j`,
    (attestation) => {
      expect(describeServer({ trust, ...(attestation !== undefined && { attestation }) })).toEqual([
        'dpop_combined',
        'none',
      ])
    },
  )

  it.each<NonNullable<GuardOptions['attestation']>>([
    'required',
    { presence: 'required', minimumSafetyLevel: 'standard' },
  ])('is that each call needs one, with the policy %j', (attestation) => {
    expect(describeServer({ trust, attestation })).toEqual(['dpop_combined'])
  })

  it('is with which algorithms they may be signed', () => {
    const { metadata } = createGuard({ resource, authorizationServers: ['https://auth.example'], trust })
    expect(metadata.client_attestation_signing_alg_values_supported).toEqual(['Ed25519', 'EdDSA', 'ES256'])
  })

  it('is nothing where none is looked at', () => {
    expect(describeServer({ attestation: 'required' })).toBeUndefined()
  })
})
