import { describe, expect, it } from 'vitest'
import { requireNamedUrl, requireSecureUrl } from './secure-url.ts'

describe('RFC 9700 §2.6: https, or this machine', () => {
  it.each(['https://a.example/mcp', 'http://127.0.0.1:1/mcp', 'http://localhost/mcp', 'http://[::1]:1/mcp'])(
    'accepts %s',
    (url) => {
      expect(requireSecureUrl(url, 'test URL').href).toBe(url)
    },
  )

  it.each([
    'http://a.example/mcp',
    'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example/',
    'http://10.0.0.1/',
    'ftp://127.0.0.1/',
    'https://user@a.example/',
    '/mcp',
    '',
  ])('refuses %s', (url) => {
    expect(() => requireSecureUrl(url, 'test URL')).toThrow(expect.objectContaining({ code: 'insecure_url' }))
  })

  it('T9: lets no server elsewhere point at this machine', () => {
    expect(() => requireNamedUrl('https://localhost/token', 'token endpoint', false)).toThrow(/on this machine/)
    expect(requireNamedUrl('http://localhost/token', 'token endpoint', true).host).toBe('localhost')
  })
})
