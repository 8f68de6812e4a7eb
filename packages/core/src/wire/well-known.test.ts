import { describe, expect, it } from 'vitest'
import { authorizationServerMetadataUrls } from './authorization-server-metadata.ts'
import { protectedResourceMetadataUrl } from './protected-resource-metadata.ts'

describe('the URL of protected resource metadata (RFC 9728 §3.1)', () => {
  it.each([
    ['https://resource.example', 'https://resource.example/.well-known/oauth-protected-resource'],
    ['https://resource.example/', 'https://resource.example/.well-known/oauth-protected-resource'],
    ['https://resource.example/resource1', 'https://resource.example/.well-known/oauth-protected-resource/resource1'],
    ['https://resource.example/mcp/', 'https://resource.example/.well-known/oauth-protected-resource/mcp/'],
    ['https://resource.example/mcp?a=b', 'https://resource.example/.well-known/oauth-protected-resource/mcp?a=b'],
    ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp'],
  ])('of %s is %s', (resource, url) => {
    expect(protectedResourceMetadataUrl(resource)).toBe(url)
  })

  it.each([
    '',
    '/mcp',
    'urn:a:b',
    'https://a.example/#f',
    'https://a.example/#',
    'https://u:p@a.example/',
    'ftp://a.example',
  ])('does not exist of %j', (resource) => {
    expect(() => protectedResourceMetadataUrl(resource)).toThrow(TypeError)
  })
})

describe('the URLs of authorization server metadata (RFC 8414 §3.1, §5)', () => {
  it('of an issuer without a path are two', () => {
    const urls = [
      'https://as.example/.well-known/oauth-authorization-server',
      'https://as.example/.well-known/openid-configuration',
    ]
    expect(authorizationServerMetadataUrls('https://as.example')).toEqual(urls)
    expect(authorizationServerMetadataUrls('https://as.example/')).toEqual(urls)
  })

  it('of an issuer with a path are three, that of OpenID Connect Discovery last', () => {
    const urls = [
      'https://as.example/.well-known/oauth-authorization-server/issuer1',
      'https://as.example/.well-known/openid-configuration/issuer1',
      'https://as.example/issuer1/.well-known/openid-configuration',
    ]
    expect(authorizationServerMetadataUrls('https://as.example/issuer1')).toEqual(urls)
    expect(authorizationServerMetadataUrls('https://as.example/issuer1/')).toEqual(urls)
  })

  it.each(['', 'as.example', 'https://as.example/?a', 'https://as.example?', 'https://as.example#a'])(
    'do not exist of %j',
    (issuer) => {
      expect(() => authorizationServerMetadataUrls(issuer)).toThrow(TypeError)
    },
  )
})
