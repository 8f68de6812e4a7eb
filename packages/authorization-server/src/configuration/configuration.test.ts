import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeKey, notesResource } from '../../testing/world.ts'
import { createAuthorizationServer } from '../authorization-server.ts'
import { checkIssuer } from './issuer.ts'
import type { ClientRegistration, IntrospectionRegistration, UserRegistration } from './options.ts'

describe('an issuer', () => {
  it('is https, or http on a loopback host', () => {
    for (const issuer of [
      'https://auth.example',
      'https://h:8443/tenant',
      'http://127.0.0.1:1',
      'http://[::1]:1',
      'http://localhost',
    ]) {
      expect(checkIssuer(issuer).href, issuer).toContain(issuer)
    }
    for (const issuer of [
      'http://auth.example',
      'http://192.168.0.1',
      'http://127.0.0.1.evil.example',
      'ftp://h',
      'auth',
    ]) {
      expect(() => checkIssuer(issuer), issuer).toThrow(/https/)
    }
  })

  it('is written in one way', () => {
    for (const issuer of [
      'https://h/',
      'https://H',
      'https://h:443',
      'https://h/a/',
      'https://h?x',
      'https://h#x',
      'https://u@h',
      'https://h/a/../b',
    ]) {
      expect(() => checkIssuer(issuer), issuer).toThrow('canonical')
    }
  })
})

describe('a registration that cannot be', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'configuration-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const create = (
    clients: ClientRegistration[],
    users: UserRegistration[] = [],
    introspection?: IntrospectionRegistration,
  ) =>
    createAuthorizationServer({
      issuer: 'https://auth.example',
      database: join(folder, 'as.db'),
      resources: [introspection === undefined ? notesResource : { ...notesResource, introspection }],
      clients,
      users,
    })

  it('to introspect is named, with the cure', async () => {
    const key = (await makeKey()).publicJwk
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const secret = 's'.repeat(32)
    const cases: [IntrospectionRegistration, RegExp][] = [
      [{ clientId: '', secret }, /has no id/],
      [{ clientId: 'r' }, /needs `jwks`/],
      [{ clientId: 'r', secret, jwks: { keys: [key] } }, /needs `jwks`/],
      [{ clientId: 'r', jwks: { keys: [] } }, /has no keys/],
      [{ clientId: 'r', jwks: { keys: [await exportJWK(privateKey)] } }, /not a public P-256 or Ed25519/],
      [{ clientId: 'r', secret: 's'.repeat(31) }, /less than 32 characters/],
    ]
    for (const [introspection, message] of cases) {
      await expect(create([], [], introspection), String(message)).rejects.toThrow(message)
      await expect(create([], [], introspection)).rejects.not.toThrow(secret.slice(1))
    }
    const machine = { clientId: 'r', grants: ['client_credentials' as const], scopes: [], jwks: { keys: [key] } }
    await expect(create([machine], [], { clientId: 'r', secret })).rejects.toThrow('"r" is registered twice')
    await expect(create([machine, machine])).rejects.toThrow('"r" is registered twice')
  })

  it('is named, with the cure', async () => {
    const key = (await makeKey()).publicJwk
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const rsa = await exportJWK((await generateKeyPair('RS256')).publicKey)
    const scopes = ['notes:read']
    const machine = { clientId: 'c', grants: ['client_credentials' as const], scopes }
    const person = { clientId: 'c', grants: ['authorization_code' as const], scopes, public: true }
    const cases: [ClientRegistration, RegExp][] = [
      [machine, /has no keys/],
      [{ ...machine, jwks: { keys: [await exportJWK(privateKey)] } }, /not a public P-256 or Ed25519/],
      [{ ...machine, jwks: { keys: [rsa] } }, /not a public P-256 or Ed25519/],
      [{ ...machine, public: true }, /cannot use client_credentials/],
      [{ ...machine, grants: [], jwks: { keys: [key] } }, /no grant/],
      [{ ...machine, grants: ['refresh_token'], jwks: { keys: [key] } }, /refresh/],
      [{ ...machine, scopes: ['notes:burn'], jwks: { keys: [key] } }, /notes:burn/],
      [{ ...machine, jwks: { keys: [key] }, redirectUris: ['https://a.example/'] }, /redirectUris/],
      [person, /redirectUris/],
      [{ ...person, jwks: { keys: [key] } }, /public and has keys/],
      ...[
        'http://app.example/',
        'javascript:alert(1)',
        'data:text/html,x',
        'https://a.example/#x',
        'myapp:/x',
        'x',
      ].map((uri): [ClientRegistration, RegExp] => [{ ...person, redirectUris: [uri] }, /cannot be sent to/]),
    ]
    for (const [client, message] of cases) await expect(create([client]), String(message)).rejects.toThrow(message)
  })

  it('leaves the database closed, and a good one works after it', async () => {
    const good = { clientId: 'c', grants: ['authorization_code' as const], public: true, scopes: ['notes:read'] }
    await expect(create([good])).rejects.toThrow(TypeError)
    const server = await create([{ ...good, redirectUris: ['com.example.app:/callback'] }])
    await server.close()
    await server.close()
    expect(readdirSync(folder)).toEqual(['as.db', 'as.db.epoch'])
  })

  it('does not give one name to two people', async () => {
    const ada = { subject: '1', name: 'Ada', password: 'x' }
    await expect(create([], [ada, { ...ada, subject: '2' }])).rejects.toThrow('Ada')
    const server = await create([], [ada, { ...ada, name: 'Ada L.' }])
    await server.close()
  })
})
