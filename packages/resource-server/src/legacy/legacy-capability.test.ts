import type { JsonObject, JsonValue } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { legacyInitialize } from '../testing/legacy-client.test-fixture.ts'
import { describeVerification, readLegacyInitialize, withholdToken } from './legacy-capability.ts'

const parse = (text: string): JsonObject => JSON.parse(text)
const read = (capability: Record<string, unknown> = {}) =>
  readLegacyInitialize(parse(legacyInitialize('a.b.c', capability, 7)))

/** An `initialize` with these capabilities. */
const withCapabilities = (capabilities: JsonValue) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { capabilities },
})

describe('an initialize', () => {
  it('shows its token, under the id of its request', () => {
    expect(read()).toEqual({ kind: 'presented', id: 7, token: 'a.b.c' })
    expect(readLegacyInitialize(parse(legacyInitialize('', {}, 'x')))).toEqual({
      kind: 'presented',
      id: 'x',
      token: '',
    })
  })

  it('shows nothing when it only says that it knows the carriage', () => {
    expect(read({ token: undefined })).toEqual({ kind: 'declared', id: 7 })
    expect(read({ token: null, version: '0.2.0' })).toEqual({ kind: 'declared', id: 7 })
  })

  it.each<{ capability: Record<string, unknown>; reason: string }>([
    { capability: { version: '0.0.9' }, reason: 'version' },
    { capability: { version: undefined }, reason: 'version' },
    { capability: { version: 0.1 }, reason: 'version' },
    { capability: { token: 7 }, reason: 'capability' },
    { capability: { token: ['a.b.c'] }, reason: 'capability' },
    { capability: { token: false }, reason: 'capability' },
  ])('shows something else, which is not nothing: $capability', ({ capability, reason }) => {
    expect(read(capability)).toEqual({ kind: 'malformed', id: 7, reason })
  })

  it.each(['a.b.c', ['a.b.c'], true, null])('shows something else in the place of the capability: %j', (capability) => {
    const body = withCapabilities({ experimental: { 'security.attestation': capability } })
    expect(readLegacyInitialize(body)).toEqual({ kind: 'malformed', id: 1, reason: 'capability' })
  })

  it('is no request when nobody asks for an answer, and no part of a batch', () => {
    const { id: _, ...notification } = parse(legacyInitialize('a.b.c'))
    expect(readLegacyInitialize(notification)).toEqual({ kind: 'malformed', reason: 'notification' })
    const batch = [{ jsonrpc: '2.0', id: 1, method: 'ping' }, parse(legacyInitialize('a.b.c'))]
    expect(readLegacyInitialize(batch)).toEqual({ kind: 'malformed', reason: 'batch' })
    expect(readLegacyInitialize([withCapabilities({})])).toBeUndefined()
  })

  it.each<JsonValue>([
    withCapabilities({}),
    withCapabilities({ experimental: {} }),
    withCapabilities({ experimental: null }),
    withCapabilities({ experimental: ['security.attestation'] }),
    withCapabilities(null),
    { ...withCapabilities({ experimental: { 'security.attestation': {} } }), method: 'tools/call' },
    { jsonrpc: '2.0', id: 1, method: 'initialize' },
  ])('may know nothing of the carriage: %j', (body) => {
    expect(readLegacyInitialize(body)).toBeUndefined()
  })

  it('goes to the handler without its token, and otherwise as it came', () => {
    const withToken = parse(legacyInitialize('a.b.c'))
    expect(withholdToken(withToken)).toEqual(parse(legacyInitialize(undefined)))
    expect(withToken).toEqual(parse(legacyInitialize('a.b.c')))
  })
})

describe('any JSON', () => {
  it('is read without an exception, and is taken for a token only where one stands', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (capability, body) => {
        const read = readLegacyInitialize(
          withCapabilities({ experimental: { 'security.attestation': capability } } as JsonObject),
        )
        expect(read?.kind).toMatch(/^(declared|malformed|presented)$/)
        expect(readLegacyInitialize(body as JsonValue)?.kind).not.toBe('presented')
      }),
    )
  })
})

describe('the answer', () => {
  const declaration = { policy: 'preferred', trustedIssuers: ['https://api.anthropic.com'] } as const

  it('says what was verified, and on whose word', () => {
    expect(describeVerification(declaration, 'provider')).toEqual({
      version: '0.1.0',
      policy: 'preferred',
      trusted_issuers: ['https://api.anthropic.com'],
      required_claims: ['agent_identity', 'attestation_metadata'],
      verification_status: 'verified',
      trust_level: 'provider',
      verified_claims: ['agent_identity', 'attestation_metadata'],
    })
  })

  it('says that nothing was', () => {
    expect(describeVerification(declaration, undefined)).toEqual({
      version: '0.1.0',
      policy: 'preferred',
      trusted_issuers: ['https://api.anthropic.com'],
      required_claims: ['agent_identity', 'attestation_metadata'],
      verification_status: 'failed',
      error: 'No attestation provided',
    })
  })
})
