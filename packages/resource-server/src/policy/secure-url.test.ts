import { describe, expect, it } from 'vitest'
import { isSecureUrl } from './secure-url.ts'

describe('RFC 9449 §11.4, RFC 8252 §8.3: URLs that may carry credentials or keys', () => {
  it.each([
    'https://auth.example',
    'https://auth.example:8443/a?b',
    'http://127.0.0.1:3000/mcp',
    'http://127.8.9.10',
    'http://[::1]:3000',
    'http://localhost:3000',
  ])('%s is one', (url) => {
    expect(isSecureUrl(url)).toBe(true)
  })

  it.each([
    'http://auth.example',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://[::ffff:10.0.0.1]',
    'http://[::]',
    'https://user@auth.example',
    'https://:pass@auth.example',
    'ws://127.0.0.1',
    'file:///etc/passwd',
    'data:,x',
    '//auth.example',
    'auth.example',
    '',
  ])('%s is none', (url) => {
    expect(isSecureUrl(url)).toBe(false)
  })
})
