import type { GuardEvent, JsonObject } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../../tests/requirements/verifies.ts'
import { describeGrant, type Members, resource, start } from '../../testing/issuer.test-fixture.ts'
import { brokenAnswers, slowAnswers, useServedIssuer } from '../../testing/served-issuer.test-fixture.ts'
import { createIssuerFetch } from '../issuer-fetch.ts'
import { createIssuerMetadata } from '../issuer-metadata.ts'
import { createTokens } from '../tokens.ts'
import { createIntrospectionRequest } from './introspection-request.ts'
import { createIntrospector } from './introspector.ts'

const { origin, answers, asked } = useServedIssuer()
const opaque = 'opaque_token-1'

/** A reader of tokens that asks the served issuer, as a guard does. */
function createReader(events: GuardEvent[] = []) {
  const { read } = createTokens(
    {
      resource,
      authorizationServers: [
        {
          issuer: origin(),
          introspection: { endpoint: `${origin()}/introspect`, clientId: 'notes', clientSecret: 'secret' },
        },
      ],
    },
    {
      verifier: createFastVerifier(),
      clock: () => start,
      events: (event) => events.push(event),
      expandScopes: (scopes) => new Set(scopes),
      maxLength: 8192,
    },
  )
  return read
}
const active = (overrides: Members = {}): JsonObject =>
  JSON.parse(
    JSON.stringify({ active: true, token_type: 'Bearer', ...describeGrant({ iss: origin() }), ...overrides }),
  ) as JsonObject

describe('RFC 7662 §2: introspection over the wire', () => {
  it(`${verifies('RFC7662-2.1-2')} sends the token in a form, authenticated, and takes a good answer`, async () => {
    answers.set('/introspect', active())
    expect(await createReader()(opaque)).toMatchObject({
      ok: true,
      value: { source: 'introspection', issuer: origin(), subject: 'user-1', audience: [resource] },
    })
    const [request] = asked
    expect(request).toMatchObject({ method: 'POST', url: '/introspect' })
    expect(request?.headers).toMatchObject({
      authorization: `Basic ${btoa('notes:secret')}`,
      'content-type': expect.stringContaining('application/x-www-form-urlencoded'),
      accept: 'application/json',
    })
    expect(Object.fromEntries(request?.fields ?? [])).toEqual({ token: opaque, token_type_hint: 'access_token' })
  })
})

describe('an issuer that answers badly', () => {
  it.each(Object.entries(brokenAnswers))('with %s lets nobody in', async (_name, answer) => {
    answers.set('/introspect', answer)
    answers.set('/elsewhere', active())
    const events: GuardEvent[] = []
    expect(await createReader(events)(opaque)).toMatchObject({
      ok: false,
      rejection: { code: 'introspection_unavailable', reason: expect.stringMatching(/^[a-z][a-z0-9_]*$/) },
    })
    expect(asked.map(({ url }) => url)).toEqual(['/introspect'])
    expect(events).toEqual([
      { type: 'introspection_failed', issuer: origin(), reason: expect.stringMatching(/^[a-z][a-z0-9_]*$/) },
    ])
  })

  it.each<[string, Members]>([
    ["another server's audience", { aud: 'https://other.example/mcp' }],
    ['no audience', { aud: undefined }],
    ['several audiences', { aud: [resource, 'https://other.example/mcp'] }],
    ['another issuer', { iss: 'https://other.example' }],
    ['no end', { exp: undefined }],
    ['a refresh token', { token_type: undefined }],
  ])('about %s lets nobody in', async (name, members) => {
    answers.set('/introspect', active(members))
    const read = await createReader()(opaque)
    if (name === "another server's audience") {
      // The token is what it says; the check of the audience refuses it.
      expect(read).toMatchObject({ ok: true, value: { audience: ['https://other.example/mcp'] } })
    } else expect(read).toMatchObject({ ok: false, rejection: { code: 'invalid_token' } })
  })

  it('takes no more time than it is given, whichever way it stalls', async () => {
    const endings = await Promise.all(
      Object.values(slowAnswers).map(async (answer, index) => {
        answers.set(`/${index}`, answer)
        const trust = { endpoint: `${origin()}/${index}`, clientId: 'notes', clientSecret: 'secret' }
        const fetcher = createIssuerFetch({ issuer: origin(), introspection: trust })
        const clock = () => start
        const metadata = createIssuerMetadata(origin(), fetcher, clock)
        const introspector = createIntrospector({
          issuer: origin(),
          request: createIntrospectionRequest(origin(), trust, { fetch: fetcher, clock, metadata }),
          judge: () => Promise.reject(new Error('there is nothing to judge')),
          isCovered: () => false,
          clock,
          events: undefined,
          timeoutMs: 100,
        })
        return introspector.introspect(opaque, 'digest')
      }),
    )
    expect(endings).toEqual(
      endings.map(() => ({ ok: false, rejection: { code: 'introspection_unavailable', reason: 'timeout' } })),
    )
  })
})

describe('RFC 8414 §2: the introspection endpoint', () => {
  const readByMetadata = () =>
    createTokens(
      {
        resource,
        authorizationServers: [{ issuer: origin(), introspection: { clientId: 'notes', clientSecret: 'secret' } }],
      },
      {
        verifier: createFastVerifier(),
        clock: () => start,
        events: undefined,
        expandScopes: (scopes) => new Set(scopes),
        maxLength: 8192,
      },
    ).read(opaque)

  it('is found in the metadata of the issuer', async () => {
    answers.set('/.well-known/oauth-authorization-server', {
      issuer: origin(),
      introspection_endpoint: `${origin()}/ask`,
    })
    answers.set('/ask', active())
    expect(await readByMetadata()).toMatchObject({ ok: true })
  })

  it.each(['http://169.254.169.254/', 'http://auth.example/ask', '/ask', 7, undefined])(
    'is not looked for at %s',
    async (introspection_endpoint) => {
      answers.set('/.well-known/oauth-authorization-server', { issuer: origin(), introspection_endpoint })
      expect(await readByMetadata()).toEqual({
        ok: false,
        rejection: { code: 'introspection_unavailable', reason: 'introspection_endpoint' },
      })
    },
  )

  it('on another port of this machine is out of reach, though the issuer itself is on this machine', async () => {
    answers.set('/.well-known/oauth-authorization-server', {
      issuer: origin(),
      introspection_endpoint: 'http://127.0.0.1:1/ask',
    })
    expect(await readByMetadata()).toEqual({
      ok: false,
      rejection: { code: 'introspection_unavailable', reason: 'scheme' },
    })
  })
})
