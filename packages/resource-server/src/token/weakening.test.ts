import type { GuardEvent } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { createGuard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import { createIssuer, resource } from '../testing/issuer.test-fixture.ts'
import type { IssuerTrust } from './issuer-trust.ts'

const { publicJwk } = await createIssuer()
const issuer = 'https://auth.example'
const jwks = { keys: [publicJwk] }
const introspection = { endpoint: 'https://auth.example/ask', clientId: 'notes', clientSecret: 'secret' }

/** What a guard tells of its issuers when it is made. */
function listTold(trusts: readonly IssuerTrust[], options: Partial<GuardOptions> = {}): readonly GuardEvent[] {
  const events: GuardEvent[] = []
  createGuard({ resource, authorizationServers: trusts, events: (event) => events.push(event), ...options })
  return events
}

describe('what a configuration gives up', () => {
  it.each<[string, Partial<IssuerTrust>, Partial<GuardOptions>, readonly string[]]>([
    ['nothing', {}, {}, []],
    ['nothing, with other algorithms', { algorithms: ['RS256'] }, {}, []],
    ['nothing, with another name', { audience: 'notes-api' }, {}, []],
    ['nothing, where it can be asked', { introspection }, {}, []],
    ['Bearer tokens', {}, { bearer: 'allowed' }, ['no_sender_binding']],
    ['several audiences', { acceptSeveralAudiences: true }, {}, ['shared_audience']],
    ['plain JWTs', { acceptPlainJwt: true }, {}, ['no_token_type']],
    [
      'answers without a type',
      { introspection: { ...introspection, acceptMissingTokenType: true } },
      {},
      ['no_token_type'],
    ],
    [
      'answers without an audience',
      { introspection: { ...introspection, acceptMissingAudience: true } },
      {},
      ['no_audience'],
    ],
    ['keys that are given', { jwks }, {}, ['no_revocation']],
    ['keys at a given place', { jwksUri: 'https://auth.example/jwks' }, {}, ['no_revocation']],
    ['keys that are given, with a feed', { jwks, revocationFeed: 'https://auth.example/revocations' }, {}, []],
    ['keys that are given and not used', { jwks, tokens: 'introspect', introspection }, {}, []],
    [
      'all that there is',
      {
        jwks,
        acceptPlainJwt: true,
        acceptSeveralAudiences: true,
        introspection: { ...introspection, acceptMissingAudience: true },
      },
      { bearer: 'allowed' },
      ['no_sender_binding', 'no_audience', 'shared_audience', 'no_token_type', 'no_revocation'],
    ],
  ])('%s', (_name, trust, options, losses) => {
    const expected = losses.length === 0 ? [] : [{ type: 'weakened_by_configuration', issuer, losses }]
    expect(listTold([{ issuer, ...trust }], options)).toEqual(expected)
  })

  it('is told of each issuer by itself', () => {
    const told = listTold([
      { issuer, introspection },
      { issuer: 'https://other.example', introspection },
    ])
    expect(told).toEqual([
      { type: 'weakened_by_configuration', issuer, losses: ['opaque_tokens_shown_to_others'] },
      {
        type: 'weakened_by_configuration',
        issuer: 'https://other.example',
        losses: ['opaque_tokens_shown_to_others'],
      },
    ])
  })
})
