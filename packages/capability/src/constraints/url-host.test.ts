import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allows } from '../testing/capability.test-fixture.ts'
import { isCanonicalHost } from './url-host.ts'

const listed = ['api.example', '192.0.2.1', '[2001:db8::1]']
const toListed = (url: string) => allows({ url_host: listed }, url)

describe('a constraint on the host of a URL', () => {
  it.each([
    'https://api.example',
    'https://api.example/',
    'https://api.example:443/a',
    'HTTPS://API.Example/a',
    'https://api.example/a?b=c@d#e',
    'https://api.example?x',
    'https://api.example#x',
    'https://192.0.2.1/a',
    'https://[2001:db8::1]/a',
    'https://[2001:DB8::1]:443/',
  ])('lets %s through', (url) => {
    expect(toListed(url)).toBe(true)
  })

  it.each([
    ['no TLS', 'http://api.example/'],
    ['another scheme', 'ftp://api.example/'],
    ['no scheme', '//api.example/'],
    ['no host', 'https:///api.example/'],
    ['one slash', 'https:/api.example/'],
    ['a user', 'https://user@api.example/'],
    ['the host as a user', 'https://api.example@evil.example/'],
    ['the host as a user with a password', 'https://api.example:443@evil.example/'],
    ['an empty user', 'https://@api.example/'],
    ['a backslash before the user', 'https://evil.example\\@api.example/'],
    ['backslashes', 'https:\\\\api.example\\'],
    ['another port', 'https://api.example:8443/'],
    ['an empty port', 'https://api.example:/'],
    ['the default port with noughts', 'https://api.example:0443/'],
    ['a longer name', 'https://api.example.evil.example/'],
    ['another name before it', 'https://evil-api.example/'],
    ['a subdomain', 'https://x.api.example/'],
    ['a full stop behind', 'https://api.example./'],
    ['an encoded letter', 'https://%61pi.example/'],
    ['a letter of another script', 'https://аpi.example/'],
    ['a wide letter', 'https://ａpi.example/'],
    ['a full stop of another script', 'https://api。example/'],
    ['a soft hyphen', 'https://api\u00ad.example/'],
    ['a tab', 'https://api\t.example/'],
    ['a line break', 'https://api.example/\r\nHost: evil.example'],
    ['a blank before', ' https://api.example/'],
    ['a blank behind', 'https://api.example/ '],
    ['an address in short', 'https://192.0.513/'],
    ['an address in hexadecimal', 'https://0xc0.0.2.1/'],
    ['an address as one number', 'https://3221225985/'],
    ['an address in IPv6', 'https://[::ffff:192.0.2.1]/'],
    ['this machine', 'https://127.0.0.1/'],
    ['an IPv6 address written long', 'https://[2001:db8:0::1]/'],
    ['too long', `https://api.example/${'a'.repeat(4096)}`],
    ['nothing', ''],
  ])('refuses %s', (_name, url) => {
    expect(toListed(url)).toBe(false)
  })

  it.each([1, null, ['https://api.example'], { href: 'https://api.example' }])('refuses %j', (value) => {
    expect(allows({ url_host: listed }, value)).toBe(false)
  })

  it('never lets through what a URL parser takes elsewhere', () => {
    const piece = fc.constantFrom(
      ...[
        'https:',
        'HTTPS:',
        'http:',
        '//',
        '/',
        '\\',
        '@',
        ':',
        ':443',
        ':80',
        '#',
        '?',
        'api.example',
        'API.example',
      ],
      ...[
        'evil.example',
        '.',
        '[',
        ']',
        '192.0.2.1',
        '[2001:db8::1]',
        '0xc0000201',
        '%2f',
        '%40',
        '\t',
        '\n',
        ' ',
        'а',
        '。',
      ],
    )
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.array(piece, { maxLength: 6 }).map((pieces) => `https://api.example${pieces.join('')}`),
      fc.array(piece, { maxLength: 6 }).map((pieces) => `https://${pieces.join('')}`),
    )
    fc.assert(
      fc.property(texts, (text) => {
        if (!toListed(text)) return
        const url = new URL(text)
        expect([url.protocol, url.port, url.username, url.password]).toEqual(['https:', '', '', ''])
        expect(listed).toContain(url.hostname)
        // The parser of RFC 3986 appendix B, which many libraries are.
        const authority = /^(?:[^:/?#]+:)?(?:\/\/([^/?#]*))?/.exec(text)?.[1]?.toLowerCase().replace(/:443$/, '')
        expect(listed).toContain(authority)
      }),
      { numRuns: 20_000 },
    )
  })

  it('may list only what a URL parser leaves as it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.domain(),
          fc.ipV4(),
          fc.ipV4Extended(),
          fc.ipV6().map((ip) => `[${ip}]`),
          fc.string(),
        ),
        (host) => {
          if (isCanonicalHost(host)) expect(new URL(`https://${host}/x`).href).toBe(`https://${host}/x`)
        },
      ),
    )
  })
})
