import { createTrustList } from '@countersign/attestation/trust'
import { createMemoryLedger, type Ledger } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from './configuration-error.ts'
import { createGuard } from './guard.ts'
import type { GuardOptions } from './guard-options.ts'
import { createAttester, type TrustLine } from './testing/attester.test-fixture.ts'
import { createIssuer, resource } from './testing/issuer.test-fixture.ts'
import type { IssuerTrust } from './token/issuer-trust.ts'

const issuer = await createIssuer()
const good: GuardOptions = {
  resource,
  authorizationServers: [{ issuer: issuer.issuer, jwks: { keys: [issuer.publicJwk] } }],
}
const durable: Ledger = { lifetime: 'durable', spend: async () => ({ spent: true }) }

/** What creating a guard throws. */
function faultOf(overrides: Partial<GuardOptions>): Error | undefined {
  try {
    createGuard({ ...good, ...overrides })
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const asked = { clientId: 'notes', clientSecret: 'secret' }
const trusting = (trust: Partial<IssuerTrust>): Partial<GuardOptions> => ({
  authorizationServers: [{ issuer: 'https://auth.example', ...trust }],
})

const attester = await createAttester()
const listing = (line: Partial<TrustLine> = {}): Partial<GuardOptions> => ({
  trust: createTrustList(createFastVerifier(), [attester.line(line)]),
})

const attestationFaults: [string, Partial<GuardOptions>, string][] = [
  ['attestations for one use, on a ledger that forgets', listing({ acceptUnbound: true }), 'durable ledger'],
  ['attestation times out of bounds', { ...listing(), attestationTimes: { skew: 301 } }, 'skew'],
  ['attestations longer than anybody reads', { limits: { attestationLength: 8193 } }, 'attestationLength'],
  ['an agent claim that is half believed', trusting({ agentClaim: 'some' as 'ignored' }), 'agentClaim'],
]

const introspectionFaults: [string, Partial<GuardOptions>, string][] = [
  ['JWTs to ask about, and nobody to ask', trusting({ tokens: 'introspect' }), 'introspection'],
  [
    'an insecure place to ask',
    trusting({ introspection: { ...asked, endpoint: 'http://auth.example' } }),
    'introspection',
  ],
  ['nothing to authenticate with', trusting({ introspection: { clientId: 'notes' } }), 'privateJwk or clientSecret'],
  ['nobody who asks', trusting({ introspection: { ...asked, clientId: '' } }), 'clientId'],
  ['a feed in an insecure place', trusting({ revocationFeed: 'http://auth.example/revocations' }), 'revocationFeed'],
  ['an audience that is empty', trusting({ audience: '' }), 'audience'],
  ['a claim without a name', trusting({ claims: { scope: '' } }), 'scope'],
  ['an internal place that is none', trusting({ allowInternal: ['10.0.0.0/33'] }), 'allowInternal'],
]

it('the options that the others differ from are good', () => {
  expect(faultOf({})).toBeUndefined()
})

describe('a guard is not made with', () => {
  it.each<[string, Partial<GuardOptions>, string]>([
    ['a resource over plain http', { resource: 'http://notes.example/mcp' }, 'https'],
    ['a resource on every interface', { resource: 'http://0.0.0.0:3000/mcp' }, 'https'],
    ['a resource that is no URL', { resource: 'notes' }, 'https'],
    ['a resource with a fragment', { resource: `${resource}#x` }, 'fragment'],
    ['a resource with an empty fragment', { resource: `${resource}#` }, 'fragment'],
    ['a resource with a user name', { resource: 'https://user@notes.example/mcp' }, 'https'],
    ['an endpoint over plain http', { endpoint: 'http://notes.example/mcp' }, 'endpoint'],
    ['an endpoint with a fragment', { endpoint: `${resource}#x` }, 'endpoint'],
    ['an endpoint with a query', { endpoint: `${resource}?x=1` }, 'query'],
    ['an endpoint that defaults to a resource with a query', { resource: `${resource}?x=1` }, 'query'],
    ['an endpoint that a URL parser would repair', { endpoint: 'https:notes.example\\mcp' }, 'endpoint'],
    ['no issuer', { authorizationServers: [] }, 'authorizationServers'],
    ['an issuer over plain http', { authorizationServers: ['http://auth.example'] }, 'http://auth.example'],
    ['an issuer that is no URL', { authorizationServers: [{ issuer: 'auth' }] }, "'auth'"],
    ['an issuer with a query', { authorizationServers: ['https://auth.example?x=1'] }, 'query'],
    ['an issuer with a fragment', { authorizationServers: ['https://auth.example#x'] }, 'fragment'],
    ['one issuer twice', { authorizationServers: ['https://auth.example', 'https://auth.example'] }, 'twice'],
    [
      'keys from an insecure place',
      { authorizationServers: [{ issuer: 'https://auth.example', jwksUri: 'http://auth.example/jwks' }] },
      'jwksUri',
    ],
    [
      'keys none of which can be used',
      { authorizationServers: [{ issuer: 'https://a.example', jwks: { keys: [] } }] },
      'jwks',
    ],
    ...introspectionFaults,
    ...attestationFaults,
    ['optional nonces on a ledger that forgets', { proofs: { nonce: 'optional' } }, 'durable ledger'],
    ['a proof age out of bounds', { ledger: durable, proofs: { maxAge: 301 } }, 'maxAge'],
    ['no proof algorithm', { proofs: { algorithms: [] } }, 'algorithms'],
    ['tools/call as a method', { methods: { 'tools/call': {} } }, 'tools/call'],
    ['resources/read as a method', { methods: { 'resources/read': {} } }, 'resources/read'],
    ['prompts/get as a method', { methods: { 'prompts/get': {} } }, 'prompts/get'],
    ['scopes that imply each other', { scopeImplies: { a: ['b'], b: ['a'] } }, 'a → b → a'],
    ['an initial scope that no challenge can carry', { initialScopes: ['lire les notes'] }, 'lire les notes'],
    ['a scope of a tool that no challenge can carry', { tools: { read: { scopes: ['é'] } } }, 'é'],
    ['a published scope that is empty', { scopesSupported: [''] }, 'scope'],
    ['an origin with a path', { origins: ['https://app.example/'] }, 'https://app.example/'],
    ['the origin of every sandboxed page', { origins: ['null'] }, 'null'],
    ['a body time of zero', { limits: { bodySeconds: 0 } }, 'bodySeconds'],
    ['a size that is no number', { limits: { bodyBytes: Number.NaN } }, 'bodyBytes'],
  ])('%s', (_name, overrides, named) => {
    const fault = faultOf(overrides)
    expect(fault).toBeInstanceOf(ConfigurationError)
    expect(fault?.message).toContain(named)
  })
})

describe('a guard is made with', () => {
  it.each<[string, Partial<GuardOptions>]>([
    [
      'plain http on loopback',
      { resource: 'http://127.0.0.1:3000/mcp', authorizationServers: ['http://localhost:4000'] },
    ],
    ['plain http on IPv6 loopback', { resource: 'http://[::1]:3000/mcp' }],
    ['a resource with a query and an endpoint without', { resource: `${resource}?tenant=1`, endpoint: resource }],
    ['optional nonces on a ledger that lasts', { ledger: durable, proofs: { nonce: 'optional' } }],
    ['required nonces, said so', { proofs: { nonce: 'required' } }],
    ['attestations for one use, on a ledger that lasts', { ...listing({ acceptUnbound: true }), ledger: durable }],
    ['a policy that only tokens can meet', { attestation: 'required' }],
    ['a memory ledger of its own', { ledger: createMemoryLedger() }],
    ['an origin with a port', { origins: ['http://localhost:5173'] }],
  ])('%s', (_name, overrides) => {
    expect(faultOf(overrides)).toBeUndefined()
  })

  it('hosts in any case', async () => {
    const guard = createGuard({ ...good, hosts: ['Notes.Example'] })
    const answer = await guard.check(new Request(resource, { method: 'POST' }))
    expect(answer instanceof Response && answer.status).toBe(401)
  })
})
