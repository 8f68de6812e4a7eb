import { describe, expect, it } from 'vitest'
import { createReach } from './reach.ts'

describe('an audit reaches', () => {
  it.each([
    ['https://mcp.example/mcp', 'https://mcp.example/other', true],
    ['https://mcp.example/mcp', 'https://mcp.example:8443/mcp', false],
    ['https://mcp.example/mcp', 'https://auth.example/', false],
    ['https://mcp.example/mcp', 'http://127.0.0.1:8080/', false],
    ['https://mcp.example/mcp', 'http://localhost/', false],
    ['https://mcp.example/mcp', 'http://169.254.169.254/', false],
    ['https://mcp.example/mcp', 'file:///etc/passwd', false],
    ['http://127.0.0.1:7401/mcp', 'http://127.0.0.1:7400/', true],
    ['http://127.0.0.1:7401/mcp', 'http://[::1]:7400/', true],
    ['http://127.0.0.1:7401/mcp', 'http://10.0.0.1/', false],
  ])('from %s to %s: %s', (target, url, expected) => {
    expect(createReach(new URL(target), [])(new URL(url))).toBe(expected)
  })

  it('what the operator allowed, by host or by host and port', () => {
    const reach = createReach(new URL('https://mcp.example/mcp'), ['Auth.example', 'keys.example:8443'])
    expect(reach(new URL('https://auth.example/token'))).toBe(true)
    expect(reach(new URL('https://keys.example:8443/jwks'))).toBe(true)
    expect(reach(new URL('https://keys.example/jwks'))).toBe(false)
  })
})
