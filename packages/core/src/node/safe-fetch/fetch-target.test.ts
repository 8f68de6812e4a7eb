import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FetchRefused } from './fetch-refused.ts'
import { readFetchTarget } from './fetch-target.ts'

function refusalOf(input: string | URL): string {
  try {
    return `goes to ${readFetchTarget(input).hostname}`
  } catch (error) {
    return error instanceof FetchRefused ? error.reason : String(error)
  }
}

describe('the target of a fetch (RFC 3986 §7.6)', () => {
  it.each([
    ['https://auth.example/jwks?a=b', 'auth.example', 443],
    ['HTTPS://Auth.Example:443/jwks', 'auth.example', 443],
    ['https://auth.example:8443', 'auth.example', 8443],
    ['http://auth.internal/', 'auth.internal', 80],
    ['https://10.1.2.3:0/', '10.1.2.3', 0],
    ['https://[2001:DB8:0::1]:8443/', '2001:db8::1', 8443],
    ['https://xn--nxasmq6b.example/', 'xn--nxasmq6b.example', 443],
  ])('of %s is %s, port %i', (text, hostname, port) => {
    expect(readFetchTarget(text)).toMatchObject({ hostname, port })
    expect(readFetchTarget(new URL(text))).toMatchObject({ hostname, port })
  })

  it.each([
    'ftp://auth.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'gopher://auth.example/',
    'unix:/run/docker.sock',
  ])('is refused for its scheme: %s', (text) => {
    expect(refusalOf(text)).toBe('scheme')
  })

  it.each([
    '',
    'auth.example/jwks',
    '//auth.example/jwks',
    'https://user@auth.example/',
    'https://user:password@auth.example/',
    'https://auth.example:443@127.0.0.1/',
    'https://1.1.1.1 &@127.0.0.1#@3.3.3.3/',
    'https://auth.example.',
    'https://localhost.:8443/',
    'https://auth.example\\@127.0.0.1/',
    'https:auth.example',
    'https:/auth.example/',
    'https:\\\\auth.example\\',
    'https://auth.ex\tample/',
    'https://auth.example/\n',
    'https://auth%2eexample/',
    'https://aüth.example/',
    'https://auth。example/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://0x7f.0.0.1/',
    'https://127.1/',
    'https://127.0.1/',
    'https://0/',
    'https://127.0.0.1./',
    'https://127.0.0.01/',
    'https://%31%32%37.0.0.1/',
    'https://127。0。0。1/',
    'https://①②⑦.⓪.⓪.①/',
    'https://ⓛocalhost/',
    'https://[::1%25lo]/',
    'https://[v1.fe]/',
    'https://127.0.0.1%00.auth.example/',
  ])('is refused for the way that it is written: %j', (text) => {
    expect(refusalOf(text)).toBe('url')
  })

  it('is read by no other parser as another host', () => {
    const piece = fc.constantFrom(
      '127',
      '0x7f',
      '0177',
      '.',
      '。',
      '%2e',
      '①',
      'a',
      '@',
      ':',
      '\\',
      '#',
      '?',
      '/',
      '1',
      ' ',
      '[::1]',
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const text = `https://${pieces.join('')}`
        if (refusalOf(text) === 'url') return
        // RFC 3986, Appendix B, taken by its letter; a port is a number, however many zeros it begins with.
        const authority = (/^[^:/?#]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '').replace(/:0+(?=\d+$)/, ':')
        const { hostname, port } = readFetchTarget(text)
        expect([hostname, `[${hostname}]`].flatMap((host) => [host, `${host}:`, `${host}:${port}`])).toContain(
          authority,
        )
      }),
      { numRuns: 2_000 },
    )
  })

  it('tells no path and no query in its refusals', () => {
    expect(() => readFetchTarget('https://user:hunter2@auth.example/secret?token=secret')).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/secret|hunter2|user:/) }),
    )
  })
})
