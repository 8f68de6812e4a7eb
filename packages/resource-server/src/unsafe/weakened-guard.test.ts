import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'
import { policy } from '../policy.ts'
import { createWeakenedGuard } from './weakened-guard.ts'
import { removableChecks, weakenPolicy } from './weakened-policy.ts'

const local: GuardOptions = {
  resource: 'http://127.0.0.1:3000/mcp',
  authorizationServers: ['http://127.0.0.1:4000'],
}

const elsewhere = { endpoint: 'https://auth.example/ask', clientId: 'notes', clientSecret: 'secret' }

beforeEach(() => vi.stubEnv('COUNTERSIGN_UNSAFE', '1'))
afterEach(() => vi.unstubAllEnvs())

describe('a weakened guard', () => {
  it('is made on loopback, when the environment says so', () => {
    expect(createWeakenedGuard(local, ['audience']).metadata.resource).toBe(local.resource)
  })

  it.each([undefined, '', '0', 'true', '1 '])('is not made when COUNTERSIGN_UNSAFE is %j', (value) => {
    vi.stubEnv('COUNTERSIGN_UNSAFE', value)
    expect(() => createWeakenedGuard(local, [])).toThrow(ConfigurationError)
    expect(() => createWeakenedGuard(local, [])).toThrow('COUNTERSIGN_UNSAFE=1')
  })

  it.each<[string, Partial<GuardOptions>]>([
    ['a resource', { resource: 'https://notes.example/mcp' }],
    ['an endpoint', { endpoint: 'https://notes.example/mcp' }],
    ['an issuer', { authorizationServers: ['https://auth.example'] }],
    ['one issuer of several', { authorizationServers: ['http://127.0.0.1:4000', { issuer: 'https://auth.example' }] }],
    ['keys', { authorizationServers: [{ issuer: 'http://127.0.0.1:4000', jwksUri: 'https://auth.example/jwks' }] }],
    [
      'a feed',
      { authorizationServers: [{ issuer: 'http://127.0.0.1:4000', revocationFeed: 'https://auth.example/' }] },
    ],
    ['introspection', { authorizationServers: [{ issuer: 'http://127.0.0.1:4000', introspection: elsewhere }] }],
    ['a resource that is no URL', { resource: 'notes' }],
    ['a host that only looks like loopback', { resource: 'https://127.0.0.1.example/mcp' }],
  ])('is not made for %s from elsewhere', (_name, options) => {
    expect(() => createWeakenedGuard({ ...local, ...options }, [])).toThrow(ConfigurationError)
  })
})

describe('the weakened policy', () => {
  const namesOf = ({ checks, pressure }: typeof policy) => [...checks, ...pressure].map(({ name }) => name)

  it('without a weakness is the policy', () => {
    expect(weakenPolicy([])).toEqual(policy)
  })

  it.each(removableChecks)('lacks %s, and nothing else', (name) => {
    const weakened = weakenPolicy([name])
    expect(namesOf(weakened)).toEqual(namesOf(policy).filter((other) => other !== name))
    expect(weakened.singleUse).toBe(policy.singleUse)
  })

  it('keeps the checks that the others build on', () => {
    const kept = namesOf(policy).filter((name) => !removableChecks.some((removable) => removable === name))
    expect(kept).toEqual([
      'secure_transport',
      'http_method',
      'credentials',
      'access_token',
      'session_owner',
      'content',
      'message',
      'declared',
      'continuation',
    ])
  })

  it.each([
    ['endpoint_from_request', 'proof'],
    ['single_use_by_bytes', 'proof'],
    ['forged_is_missing', 'attestation'],
    ['anyones_session', 'session_owner'],
    ['lenient_json', 'message'],
    ['undeclared_is_open', 'declared'],
    ['first_message_only', 'declared'],
    ['any_capability', 'capability'],
    ['reusable_continuations', 'continuation'],
    ['capability_window', 'capability'],
  ] as const)('with %s does %s in another way, and all others as ever', (weakness, name) => {
    const weakened = weakenPolicy([weakness])
    const { checks } = weakened
    expect(namesOf(weakened)).toEqual(namesOf(policy))
    const changed = checks.filter(({ check }, index) => check !== policy.checks[index]?.check)
    expect(changed.map((check) => check.name)).toEqual([name])
  })
})
