/** What an operator may write, and what they are told when they may not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandFailed } from '../../exit.ts'
import { asTheFileWrites } from './members.ts'
import { readConfig, type ServeConfig } from './read-config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-config-'))
  writeFileSync(join(folder, 'key'), `${Buffer.alloc(32, 7).toString('base64')}\n`)
  writeFileSync(join(folder, 'empty'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const good = {
  issuer: 'https://auth.example',
  listen: { port: 8400 },
  trusted_proxies: ['10.0.0.0/8'],
  database: 'auth.sqlite',
  resources: [{ resource: 'https://notes.example/mcp', scopes: { 'notes:read': 'Read' } }],
}

function read(content: object | string, environment: Record<string, string> = {}): ServeConfig {
  const file = join(folder, 'serve.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readConfig(file, environment)
}

/** The message, without the name of the file at its beginning. */
function complain(content: object | string, environment?: Record<string, string>): string {
  try {
    read(content, environment)
  } catch (error) {
    if (error instanceof CommandFailed) {
      expect(error.exitCode).toBe(2)
      expect(error.message.startsWith(join(folder, 'serve.json'))).toBe(true)
      return error.message.slice(join(folder, 'serve.json').length).replace(/^: /, '')
    }
    throw error
  }
  return 'fine'
}

describe('a configuration', () => {
  it('is read with names as programs write them', () => {
    const client = { client_id: 'a', grants: ['authorization_code'], redirect_uris: ['https://a.example'], scopes: [] }
    const attestation = {
      presence: 'required',
      minimum_safety_level: 'enhanced',
      models: [{ family: 'f', at_least: '4' }],
    }
    expect(read({ ...good, clients: [{ ...client, attestation }] }).clients).toEqual([
      {
        clientId: 'a',
        grants: ['authorization_code'],
        redirectUris: ['https://a.example'],
        scopes: [],
        attestation: { presence: 'required', minimumSafetyLevel: 'enhanced', models: [{ family: 'f', atLeast: '4' }] },
      },
    ])
  })

  it('keeps names that are the operator’s own as they are', () => {
    const text = JSON.stringify({ ...good, resources: [{ resource: 'r', scopes: {}, tools: {} }] })
    const tools = '"tools":{"read_notes":{"scopes":["a"]},"__proto__":{"scopes":["b"]}}'
    const [resource] = read(text.replace('"tools":{}', tools)).resources
    expect(Object.entries(resource?.tools ?? {})).toEqual([
      ['read_notes', { scopes: ['a'] }],
      ['__proto__', { scopes: ['b'] }],
    ])
  })

  it('finds its files beside itself', () => {
    expect(read({ ...good, database: 'sqlite:data/a.sqlite', trust: 'trust.json' })).toMatchObject({
      database: join(folder, 'data', 'a.sqlite'),
      trust: join(folder, 'trust.json'),
    })
    expect(read({ ...good, database: 'postgres://db.example/auth' }).database).toBe('postgres://db.example/auth')
  })

  it('takes secrets from itself, the environment or a file', () => {
    const octets = new Uint8Array(32).fill(7)
    const written = Buffer.from(octets).toString('base64url')
    for (const key of [written, '07'.repeat(32), { env: 'KEY' }, { file: 'key' }]) {
      expect(read({ ...good, encryption: { key } }, { KEY: written }).encryption).toEqual({ key: octets })
    }
    const ledger = { url: { env: 'REDIS' }, password: { env: 'WORD' } }
    expect(read({ ...good, ledger }, { REDIS: 'rediss://r', WORD: 'w' }).ledger).toEqual({
      url: 'rediss://r',
      password: 'w',
    })
    expect(read({ ...good, ledger: { env: 'REDIS' } }, { REDIS: 'redis://r' }).ledger).toEqual({ url: 'redis://r' })
  })
})

describe('a configuration that cannot be', () => {
  it.each([
    ['{"issuer": "a",}', /^ is not JSON: look for/],
    ['{"issuer": "a", "issuer": "b"}', /^ has a member twice in one object/],
    ['[]', /^ has to be an object/],
    [{ ...good, isuer: 'x' }, /^isuer is not known here; known are issuer, listen,/],
    [{ ...good, listen: { port: 1, prot: 2 } }, /^listen.prot is not known here; known are host, port/],
    [{ ...good, listen: { port: '8400' } }, /^listen.port has to be a whole number from 0 to 65535/],
    [{ ...good, listen: { port: 1, host: 'myhost' } }, /^listen.host has to be an IP address of this machine/],
    [{ ...good, database: undefined }, /^database is missing/],
    [{ ...good, database: 'mysql://a' }, /^database has to be the path of an SQLite file, or a URL/],
    [{ ...good, ledger: 'memory:' }, /^ledger cannot be memory: each worker would have one of its own/],
    [{ ...good, ledger: 'ledger.sqlite' }, /^ledger has to be a URL that begins with redis:/],
    [{ ...good, issuer: 'http://auth.example' }, /^issuer is plain http: use https/],
    [
      { ...good, issuer: 'http://127.0.0.1:8400', listen: { port: 8400, host: '0.0.0.0' } },
      /^listen.host is reached from elsewhere, and the issuer is plain http/,
    ],
    [{ ...good, trusted_proxies: undefined }, /^trusted_proxies is missing: the issuer is https/],
    [{ ...good, trusted_proxies: ['10.0.0.0/33'] }, /^trusted_proxies\[0\] has to be an IP address or a range/],
    [{ ...good, admin: { port: 8400 } }, /^admin.port is that of `listen` too/],
    [{ ...good, workers: 0 }, /^workers has to be a whole number from 1 to 64/],
    [
      { ...good, clients: [{ client_id: 'a', grants: ['password'], scopes: [] }] },
      /^clients\[0\].grants\[0\] has to be one of "client_cre/,
    ],
    [
      { ...good, clients: [{ client_id: 'a', grants: [], scopes: [], allow_bearer: true }] },
      /^clients\[0\].allow_bearer is not known/,
    ],
    [
      { ...good, encryption: { key: 'too short' } },
      /^encryption.key has to hold 32 octets, as hexadecimal or base64: make them with/,
    ],
    [
      { ...good, encryption: { key: { env: 'NOT_SET' } } },
      /^encryption.key names the environment variable "NOT_SET", which is not set/,
    ],
    [
      { ...good, encryption: { key: { file: 'nowhere' } } },
      /^encryption.key names the file .*nowhere, which cannot be read/,
    ],
    [
      { ...good, encryption: { key: { file: 'empty' } } },
      /^encryption.key names the file .*empty, which holds no secret/,
    ],
    [{ ...good, encryption: { key: { env: 'A', file: 'b' } } }, /^encryption.key has to be a text, {"env": "NAME"} or/],
    [
      { ...good, ledger: { url: 'rediss://r', tls: { ca: 'key' } } },
      /^ledger.tls.ca names the file .*key, which holds nothing in PEM/,
    ],
  ])('%j', (content, message) => {
    expect(complain(content)).toMatch(message)
  })

  it('is told of by name where there is no file at all', () => {
    expect(() => readConfig(join(folder, 'none.json'))).toThrow(/none\.json cannot be read: check its path/)
  })

  it('never has a value of it repeated, whatever stands where a secret may', () => {
    const secret = fc.string({ minLength: 8, unit: fc.constantFrom(...'QXZ!#%&') })
    const place = fc.constantFrom(
      (value: string) => ({ ...good, database: `${value}://a` }),
      (value: string) => ({ ...good, ledger: value }),
      (value: string) => ({ ...good, ledger: { url: 'redis://r', password: [value] } }),
      (value: string) => ({ ...good, encryption: { key: value } }),
      (value: string) => ({ ...good, encryption: { key: value.repeat(9) } }),
      (value: string) => ({ ...good, users: [{ subject: 's', name: 'n', password: { value } }] }),
      (value: string) => `{"database": "${value}`,
    )
    fc.assert(
      fc.property(secret, place, (value, put) => {
        expect(complain(put(value))).not.toContain(value)
      }),
      { numRuns: 100 },
    )
  })
})

it('messages of programs name members as the file does', () => {
  expect(asTheFileWrites('The client "camelCase" needs `redirectUris`; RFC 8707, TypeError.')).toBe(
    'The client "camelCase" needs `redirect_uris`; RFC 8707, TypeError.',
  )
})
