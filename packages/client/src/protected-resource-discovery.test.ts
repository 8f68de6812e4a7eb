import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coversEndpoint, parseProtectedResource } from './protected-resource-discovery.ts'

describe('RFC 9728 §3.3: a resource identifier stands for its own URL and what lies below it', () => {
  it.each([
    ['https://a.example/mcp', 'https://a.example/mcp', true],
    ['https://a.example/mcp', 'https://a.example/mcp?session=1', true],
    ['https://a.example/mcp/', 'https://a.example/mcp', true],
    ['https://a.example', 'https://a.example/mcp', true],
    ['https://A.example:443/', 'https://a.example/mcp', true],
    ['https://a.example/tenant', 'https://a.example/tenant/mcp', true],
    ['https://a.example/ten', 'https://a.example/tenant/mcp', false],
    ['https://a.example/mcp/x', 'https://a.example/mcp', false],
    ['https://a.example/mcp/../other', 'https://a.example/mcp', false],
    ['http://a.example/mcp', 'https://a.example/mcp', false],
    ['https://a.example:8443/mcp', 'https://a.example/mcp', false],
    ['https://a.example.evil.example/mcp', 'https://a.example/mcp', false],
    ['https://u@a.example/mcp', 'https://a.example/mcp', false],
    ['https://a.example/mcp#x', 'https://a.example/mcp', false],
    ['https://a.example/mcp?', 'https://a.example/mcp', false],
    // A URL parser drops these; a person who is asked, and the server that is told, would not.
    ['https://a.example/mcp\n\n\n', 'https://a.example/mcp', false],
    ['https://a.exa\tmple/mcp', 'https://a.example/mcp', false],
    ['\u001bhttps://a.example/mcp', 'https://a.example/mcp', false],
    ['https:\\\\a.example\\mcp', 'https://a.example/mcp', false],
    ['', 'https://a.example/mcp', false],
  ])('%s for %s: %s', (resource, endpoint, covers) => {
    expect(coversEndpoint(resource, new URL(endpoint))).toBe(covers)
  })

  it('never stands for another origin', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.webUrl(), (resource, endpoint) => {
        const url = new URL(endpoint)
        if (coversEndpoint(resource, url)) expect(new URL(resource).origin).toBe(url.origin)
      }),
    )
  })

  it('yields a valid document or a refusal, whatever the document', () => {
    const endpoint = new URL('https://a.example/mcp')
    fc.assert(
      fc.property(fc.anything(), (document) => {
        try {
          expect(parseProtectedResource(document, endpoint).issuers.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'AuthorizationRefused' })
        }
      }),
    )
  })
})
