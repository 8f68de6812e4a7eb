import { createTrustList } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { makeAttester } from '../../testing/attestation.ts'
import { makeKey, notesResource, startWorld } from '../../testing/world.ts'
import { createClientRegistry } from './client-registry.ts'
import type { AuthorizationServerOptions, ClientRegistration } from './options.ts'

const { publicJwk } = await makeKey()
const { trust } = await makeAttester()
const machine = { clientId: 'c', grants: ['client_credentials'], scopes: [] } as const
const withKeys = { ...machine, jwks: { keys: [publicJwk] } }
const delegating = { ...withKeys, grants: ['client_credentials', 'token_exchange'], delegatesTo: ['d'] } as const
const spiffe = [{ trustDomain: 'example.org', keys: { find: () => Promise.reject(new Error()) } }]
const workload = { ...machine, authentication: 'spiffe', spiffeId: 'spiffe://example.org/a' } as const

const create = (clients: readonly unknown[], more: Partial<AuthorizationServerOptions> = {}) =>
  createClientRegistry({
    issuer: 'https://auth.example',
    database: '',
    resources: [notesResource],
    clients: clients as ClientRegistration[],
    ...more,
  })

describe('how a client proves itself, and what its agent has to be', () => {
  it('is named, with the cure, where it cannot be', () => {
    const cases: [readonly unknown[], RegExp, Partial<AuthorizationServerOptions>?][] = [
      [[{ ...withKeys, authentication: 'password' }], /"c" has an unknown `authentication`/],
      [
        [{ ...machine, public: true, authentication: 'attestation' }],
        /is public and has an `authentication`/,
        { trust },
      ],
      [[{ ...machine, authentication: 'attestation' }], /nobody here can judge: give `trust`/],
      [[{ ...withKeys, attestation: 'preferred' }], /nobody here can judge: give `trust`/],
      [[{ ...withKeys, attestation: 'mandatory' }], /"c" has a policy that cannot be: .*presence/, { trust }],
      [[{ ...withKeys, attestation: { presence: 'required', provider: ['x'] } }], /"provider" is none/, { trust }],
      [
        [{ ...withKeys, spiffeId: 'spiffe://example.org/a' }],
        /needs a `spiffeId` with .* spiffe, and only then/,
        { spiffe },
      ],
      [[{ ...workload, spiffeId: undefined }], /needs a `spiffeId`/, { spiffe }],
      [[{ ...workload, spiffeId: 'https://example.org/a' }], /not a SPIFFE ID/, { spiffe }],
      [[{ ...workload, spiffeId: 'spiffe://other.example/a' }], /"other.example", whose keys are unknown/, { spiffe }],
      [[workload], /whose keys are unknown/],
      [[{ ...withKeys, delegatesTo: ['d'] }], /add the grant token_exchange/],
      [[{ ...delegating, delegatesTo: ['d'] }], /delegates to "d", which is no other client/],
      [[{ ...delegating, delegatesTo: ['c'] }], /delegates to "c", which is no other client/],
      [[delegating, { ...withKeys, clientId: 'd' }], /"d", which cannot exchange a token: give it credentials/],
      [
        [delegating, { ...machine, clientId: 'd', public: true, grants: ['token_exchange'] }],
        /"d", which cannot exchange a token/,
      ],
      [[workload, { ...workload, clientId: 'd' }], /\["c","d"\] have one spiffeId/, { spiffe }],
    ]
    for (const [clients, message, more] of cases) expect(() => create(clients, more), String(message)).toThrow(message)
  })

  it('is a key, unless something else is said, and then there are no keys', async () => {
    expect(create([withKeys]).find('c')).toMatchObject({ authentication: 'private_key_jwt' })
    expect(create([{ ...machine, public: true }]).find('c')).toMatchObject({ authentication: 'none' })
    expect(create([workload], { spiffe }).findBySpiffeId('spiffe://example.org/a')?.clientId).toBe('c')
    for (const client of [{ ...withKeys, authentication: 'attestation' } as const, { ...withKeys, ...workload }]) {
      await expect(startWorld({ clients: [client], options: { trust, spiffe } })).rejects.toThrow('drop one of both')
    }
  })

  it('is never left out where it is how the client proves itself', () => {
    const client = { ...machine, authentication: 'attestation', attestation: 'optional' }
    expect(create([client], { trust }).find('c')?.policy).toEqual({ presence: 'required' })
    expect(create([client], { trust }).mayOmitAttestation).toBe(false)
    expect(create([client, { ...withKeys, clientId: 'd' }], { trust }).mayOmitAttestation).toBe(true)
  })

  it('may be judged by a list that never changes', () => {
    const list = createTrustList(createFastVerifier(), [])
    expect(create([{ ...withKeys, attestation: 'required' }], { trust: list }).find('c')?.policy).toEqual({
      presence: 'required',
    })
  })
})
