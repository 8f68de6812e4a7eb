import { describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { createGuard } from './guard.ts'
import { resource } from './testing/issuer.test-fixture.ts'

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
