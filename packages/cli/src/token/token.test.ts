import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../command-line.ts'
import { createTerminal } from '../terminal/terminal.ts'

const NOW = 1_800_000_000
const resource = 'https://notes.example/mcp'

/** Runs a command with `piped` on stdin; time stands still. */
async function run(args: readonly string[], piped = ''): Promise<{ code: number; out: string; err: string }> {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
  input.end(piped)
  const terminal = createTerminal(input, output, errors)
  const code = await runCommandLine(args, {
    terminal,
    clock: () => NOW,
    interrupted: () => Promise.resolve(),
    onSignal: () => {},
  })
  return { code, out: String(output.read() ?? ''), err: String(errors.read() ?? '') }
}

/** An issuer of the test's own, with metadata and keys on a real socket. */
let server: Server
let issuer: string
let sign: (claims: JWTPayload, header?: { alg?: string; typ?: string; kid?: string }) => Promise<string>
let claims: JWTPayload

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig' }]
  server = createServer((request, response) => {
    const documents: Record<string, unknown> = {
      '/.well-known/oauth-authorization-server': { issuer, jwks_uri: `${issuer}/jwks` },
      '/jwks': { keys },
    }
    const document = documents[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  claims = {
    iss: issuer,
    aud: resource,
    sub: 'user',
    client_id: 'agent',
    jti: 'j1',
    iat: NOW - 48,
    exp: NOW + 252,
    scope: 'notes:read',
    cnf: { jkt: 'thumb' },
  }
  sign = (payload, header = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'Ed25519', typ: 'at+jwt', kid: 'k1', ...header }).sign(privateKey)
})
afterAll(() => server.close())

describe('countersign token inspect', () => {
  it('explains every claim, tells the time in words, and says that nothing was verified', async () => {
    const { code, out } = await run(['token', 'inspect', await sign(claims)])
    expect(code).toBe(0)
    expect(out).toContain('Not verified')
    expect(out).toContain('expires in 4 minutes 12 seconds (2027-01-15T08:04:12.000Z)')
    expect(out).toContain('issued 48 seconds ago')
    expect(out).toContain('bound to this key')
    expect(out).not.toContain('bearer')
  })

  it('reads stdin, and prints JSON', async () => {
    const { out } = await run(['token', 'inspect', '-', '--json'], `${await sign(claims)}\n`)
    expect(JSON.parse(out)).toMatchObject({ verified: false, header: { alg: 'Ed25519' }, payload: { aud: resource } })
  })

  it('names what makes a token dangerous', async () => {
    const { out } = await run(['token', 'inspect', await sign({ iss: issuer, aud: ['a', 'b'] })])
    expect(out).toContain('bearer token')
    expect(out).toContain('never expires')
    expect(out).toContain('use it at the others')
  })

  it('says in words what single acts it allows, and until when', async () => {
    const capability = {
      type: 'mcp_tool',
      id: 'AAAAAAAAAAAAAAAAAAAAAA',
      locations: [resource],
      tool: 'delete_note',
      arguments: { '/note_id': { equals: 42 } },
      uses: 1,
      expires: NOW + 60,
    }
    const inspect = async (authorization_details: unknown) =>
      (await run(['token', 'inspect', await sign({ ...claims, authorization_details })])).out
    expect(await inspect([capability])).toContain(
      'allows delete_note with note_id 42, once, until 2027-01-15 08:01:00 UTC (expires in 1 minute)',
    )
    expect(await inspect([{ ...capability, expires: NOW - 60 }])).toContain('(expired 1 minute ago)')
    expect(await inspect([{ type: 'payment' }])).toContain('none of a type that is known here')
    expect(await inspect([{ ...capability, uses: -1 }])).toContain('malformed (uses)')
    expect(await inspect('all')).toContain('malformed')
  })

  it('shows nothing that could drive the terminal', async () => {
    const { out } = await run(['token', 'inspect', await sign({ ...claims, sub: '\u001b[2Jroot' })])
    expect(out).not.toContain('\u001b')
  })

  it('prints JSON that cannot drive a terminal either, and says the same', async () => {
    const sub = '\u009b2J\u202eadmin\u2028'
    const { out } = await run(['token', 'inspect', await sign({ ...claims, sub }), '--json'])
    expect(JSON.parse(out)).toMatchObject({ payload: { sub } })
    expect(out).not.toMatch(/[\u0080-\u009f\u202e\u2028]/)
  })

  it.each(['opaque', 'a.b', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'])('refuses %s', async (token) => {
    expect(await run(['token', 'inspect', token])).toMatchObject({ code: 1, out: '' })
  })
})

describe('countersign token verify', () => {
  const verify = (token: string, args: readonly string[] = []) =>
    run(['token', 'verify', token, '--issuer', issuer, '--resource', resource, ...args])

  it('accepts a token that the resource server would accept', async () => {
    const { code, out } = await verify(await sign(claims))
    expect({ code, out }).toEqual({
      code: 0,
      out: 'Valid, expires in 4 minutes 12 seconds.\nBound to the key thumb: only a proof by that key makes it usable.\n',
    })
  })

  it.each<[string, JWTPayload, { alg?: string; typ?: string; kid?: string }, string]>([
    ['expired', { exp: NOW - 1 }, {}, 'expired'],
    ['for another server', { aud: 'https://other.example' }, {}, 'another server'],
    ['for several servers', { aud: [resource, 'https://other.example'] }, {}, 'several'],
    ['of another issuer', { iss: 'https://other.example' }, {}, 'not issued by'],
    ['of another type', {}, { typ: 'JWT' }, 'no access token'],
    ['by an unknown key', {}, { kid: 'k2' }, 'does not have'],
    ['without a client', { client_id: undefined }, {}, 'client_id'],
  ])('refuses one %s', async (_what, changed, header, words) => {
    const { code, out } = await verify(await sign({ ...claims, ...changed }, header))
    expect(code).toBe(1)
    expect(out).toContain('Not valid:')
    expect(out).toContain(words)
  })

  it('refuses a changed signature, as JSON too', async () => {
    const token = await sign(claims)
    const [header, , signature] = token.split('.')
    const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')
    const { code, out } = await verify([header, payload, signature].join('.'), ['--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ valid: false, finding: expect.stringContaining('signature') })
  })

  it('lets no claim of an issuer drive the terminal', async () => {
    const jkt = '\u001b[2J\u001b[1;1HBound to the key that you know'
    const { code, out } = await verify(await sign({ ...claims, cnf: { jkt } }))
    expect(code).toBe(0)
    expect(out).not.toContain('\u001b')
  })

  it('trusts the issuer on the command line, never the one in the token', async () => {
    const other = ['--issuer', `${issuer}/other`]
    const token = await sign(claims)
    expect(await run(['token', 'verify', token, '--resource', resource, ...other])).toMatchObject({ code: 1, out: '' })
    const insecure = ['token', 'verify', token, '--resource', resource, '--issuer', 'http://auth.example']
    expect(await run(insecure)).toMatchObject({ code: 2 })
  })
})
