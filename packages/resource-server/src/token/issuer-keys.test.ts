import { type GuardEvent, type KeyRing, systemClock } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { beforeEach, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { useHttpServer } from '../testing/http-server.test-fixture.ts'
import { createIssuer } from '../testing/issuer.test-fixture.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { createIssuerMetadata } from './issuer-metadata.ts'
import type { IssuerTrust } from './issuer-trust.ts'

const { publicJwk } = await createIssuer()
const jwks = { keys: [publicJwk] }
const found = { ok: true, value: { algorithm: 'Ed25519' } }
const unavailable = { ok: false, rejection: { code: 'keys_unavailable' } }

let documents: Record<string, unknown> = {}
let requested: string[] = []
const events: GuardEvent[] = []
const origin = useHttpServer((request, response) => {
  const path = request.url ?? ''
  requested.push(path)
  const document = documents[path]
  if (document === undefined) response.writeHead(404).end()
  else if (document instanceof URL) response.writeHead(307, { location: document.href }).end()
  else response.end(JSON.stringify(document))
})

beforeEach(() => {
  documents = {}
  requested = []
  events.length = 0
})

function createKeys(trust: IssuerTrust): KeyRing {
  const event = (happened: GuardEvent) => events.push(happened)
  const metadata = createIssuerMetadata(trust.issuer, fetch, systemClock)
  const clock = systemClock
  return createIssuerKeys(trust, { verifier: createFastVerifier(), clock, events: event, fetch, metadata })
}
const find = (trust: IssuerTrust) => createKeys(trust).find('key-1', 'Ed25519')
const failures = () => events.map((event) => (event.type === 'key_fetch_failed' ? event.reason : event.type))

describe('RFC 8414 §3: the keys of an issuer', () => {
  it('are found through its metadata', async () => {
    documents['/.well-known/oauth-authorization-server'] = { issuer: origin(), jwks_uri: `${origin()}/jwks` }
    documents['/jwks'] = jwks
    expect(await find({ issuer: origin() })).toMatchObject(found)
    expect(requested).toEqual(['/.well-known/oauth-authorization-server', '/jwks'])
  })

  it('are found through OpenID Connect Discovery where there is no other metadata', async () => {
    const issuer = `${origin()}/tenant`
    documents['/tenant/.well-known/openid-configuration'] = { issuer, jwks_uri: `${origin()}/jwks` }
    documents['/jwks'] = jwks
    expect(await find({ issuer })).toMatchObject(found)
    expect(requested).toEqual([
      '/.well-known/oauth-authorization-server/tenant',
      '/.well-known/openid-configuration/tenant',
      '/tenant/.well-known/openid-configuration',
      '/jwks',
    ])
  })

  it('are asked for once by fifty who need them together', async () => {
    documents['/jwks'] = jwks
    const keys = createKeys({ issuer: origin(), jwksUri: `${origin()}/jwks` })
    const answers = await Promise.all(Array.from({ length: 50 }, () => keys.find('key-1', 'Ed25519')))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(requested).toEqual(['/jwks'])
  })

  it('that the operator gave are used as they are; nothing is fetched', async () => {
    expect(await find({ issuer: origin(), jwks })).toMatchObject(found)
    const unknown = { ok: false, rejection: { code: 'invalid_token', reason: 'unknown_key' } }
    expect(await createKeys({ issuer: origin(), jwks }).find('key-2', 'Ed25519')).toEqual(unknown)
    expect(requested).toEqual([])
  })
})

describe('RFC 8414 §3.3: metadata', () => {
  it('of another issuer is not used (mix-up)', async () => {
    for (const issuer of [`${origin()}/`, 'https://auth.example', undefined, [origin()]]) {
      documents['/.well-known/oauth-authorization-server'] = { issuer, jwks_uri: `${origin()}/jwks` }
      documents['/jwks'] = jwks
      expect(await find({ issuer: origin() })).toEqual(unavailable)
    }
    expect(failures()).toEqual(Array(4).fill('issuer_mismatch'))
    expect(requested).not.toContain('/jwks')
  })

  it('cannot send us to keys without TLS, on another scheme, or nowhere', async () => {
    const targets = [
      'http://auth.example/jwks',
      'http://169.254.169.254/',
      'file:///etc/passwd',
      'data:,{}',
      '/jwks',
      7,
    ]
    for (const jwks_uri of [...targets, 'https://user:pass@auth.example/jwks', undefined]) {
      documents['/.well-known/oauth-authorization-server'] = { issuer: origin(), jwks_uri }
      expect(await find({ issuer: origin() })).toEqual(unavailable)
    }
    expect(failures()).toEqual(Array(targets.length + 2).fill('jwks_uri'))
    expect(new Set(requested)).toEqual(new Set(['/.well-known/oauth-authorization-server']))
  })

  it('is not followed to another place by a redirect, nor are keys', async () => {
    documents['/.well-known/oauth-authorization-server'] = new URL('/metadata', origin())
    documents['/metadata'] = { issuer: origin(), jwks_uri: `${origin()}/jwks` }
    documents['/keys'] = new URL('/jwks', origin())
    documents['/jwks'] = jwks
    expect(await find({ issuer: origin() })).toEqual(unavailable)
    expect(await find({ issuer: origin(), jwksUri: `${origin()}/keys` })).toEqual(unavailable)
    expect(requested).not.toContain('/metadata')
    expect(requested).not.toContain('/jwks')
  })
})

describe('RFC 7517 §5: a key set', () => {
  it('of more than 256 KiB, or without keys in a list, is not used', async () => {
    const jwksUri = `${origin()}/jwks`
    documents['/jwks'] = { ...jwks, filler: 'x'.repeat(256 * 1024) }
    expect(await find({ issuer: origin(), jwksUri })).toEqual(unavailable)
    documents['/jwks'] = { keys: { 0: publicJwk } }
    expect(await find({ issuer: origin(), jwksUri })).toEqual(unavailable)
    expect(failures()).toEqual(['size', 'jwks'])
  })

  it.each([
    'http://auth.example/jwks',
    'ftp://auth.example/jwks',
    '/jwks',
    'https://user@auth.example/jwks',
    'http://127.0.0.1.auth.example/jwks',
  ])('at %s is a mistake of the operator', (jwksUri) => {
    expect(() => createKeys({ issuer: 'https://auth.example', jwksUri })).toThrow(ConfigurationError)
  })
})
