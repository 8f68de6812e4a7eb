import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseHttpUri } from './http-uri.ts'

describe('the normal form of an http URI (RFC 3986 §6.2.2, §6.2.3)', () => {
  it.each([
    ['HTTPS://Notes.Example/MCP', 'https://notes.example/MCP'],
    ['https://notes.example:443/mcp', 'https://notes.example/mcp'],
    ['https://notes.example:/mcp', 'https://notes.example/mcp'],
    ['http://notes.example:80/mcp', 'http://notes.example/mcp'],
    ['https://notes.example:80/mcp', 'https://notes.example:80/mcp'],
    ['https://notes.example:08443/mcp', 'https://notes.example:8443/mcp'],
    ['https://notes.example', 'https://notes.example/'],
    ['https://notes.example?a=b', 'https://notes.example/?a=b'],
    ['https://notes.example/a/./b/../c', 'https://notes.example/a/c'],
    ['https://notes.example/../../a', 'https://notes.example/a'],
    ['https://notes.example/a/..', 'https://notes.example/'],
    ['https://notes.example/a/.', 'https://notes.example/a/'],
    ['https://notes.example/a//b', 'https://notes.example/a//b'],
    ['https://notes.example/%7emcp/%61', 'https://notes.example/~mcp/a'],
    ['https://notes.example/a/%2e%2E/b', 'https://notes.example/b'],
    ['https://notes.example/a%2fb%c3%a9', 'https://notes.example/a%2Fb%C3%A9'],
    ['https://notes.example/mcp?q=%7e#f', 'https://notes.example/mcp?q=~#f'],
    ['http://[0:0:0:0:0:0:0:1]:3000/mcp', 'http://[::1]:3000/mcp'],
    ['http://[::FFFF:127.0.0.1]/', 'http://[::ffff:7f00:1]/'],
    ['https://notes.example/.well-known/x', 'https://notes.example/.well-known/x'],
  ])('of %s is %s', (uri, normal) => {
    expect(normaliseHttpUri(uri)).toBe(normal)
  })

  it.each([
    '',
    'notes.example/mcp',
    '/mcp',
    '//notes.example/mcp',
    'ftp://notes.example/mcp',
    'https:/notes.example/mcp',
    'https:notes.example/mcp',
    'https:///mcp',
    'https://user@notes.example/mcp',
    'https://user:password@notes.example/mcp',
    'https://@notes.example/mcp',
    'https://notes.example:65536/mcp',
    'https://notes.example:44x/mcp',
    'https://notes.example/m cp',
    ' https://notes.example/mcp',
    'https://notes.example/mcp\n',
    'https://notes.example\\mcp',
    'https://notes.example/%zz',
    'https://notes.example/%4',
    'https://notes%2eexample/mcp',
    'https://nötes.example/mcp',
    'https://[::1/mcp',
    'https://[::g]/mcp',
    'https://[1:2]/mcp',
  ])('of %j there is none', (uri) => {
    expect(normaliseHttpUri(uri)).toBeUndefined()
  })

  it('is its own normal form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (uri) => {
        const normal = normaliseHttpUri(uri)
        expect(normal === undefined || normaliseHttpUri(normal) === normal).toBe(true)
      }),
    )
  })

  it('is what the URL parser makes of it, where there is nothing to unescape', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b.c', '.', '..', '', '~', '...', '.a'))
      .map((segments) => `/${segments.join('/')}`)
    fc.assert(
      fc.property(fc.domain(), path, (domain, pathname) => {
        const uri = `https://${domain.toUpperCase()}:443${pathname}`
        expect(normaliseHttpUri(uri)).toBe(new URL(uri).href)
      }),
    )
  })

  it('is sought in any text without throwing', () => {
    const hostile = fc.tuple(fc.constantFrom('http://', 'https://', ''), fc.string()).map((parts) => parts.join(''))
    fc.assert(
      fc.property(hostile, (text) => {
        expect(['string', 'undefined']).toContain(typeof normaliseHttpUri(text))
      }),
    )
  })
})
