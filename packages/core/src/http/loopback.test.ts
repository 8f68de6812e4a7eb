import { describe, expect, it } from 'vitest'
import { isLoopbackHost } from './loopback.ts'

describe('a loopback host (RFC 6761 §6.3, RFC 8252 §7.3)', () => {
  it.each(['localhost', 'LocalHost', '127.0.0.1', '127.255.255.254', '127.0.0.0', '[::1]', '::1'])('is %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true)
  })

  it.each([
    '',
    'localhost.',
    'localhost.example',
    'evil-localhost',
    'app.localhost',
    '127.0.0.1.example',
    '127.0.0.256',
    '127.0.0.01',
    '127.0.0',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '128.0.0.1',
    '0.0.0.0',
    '[::]',
    '[::2]',
    '[::ffff:127.0.0.1]',
    '::ffff:7f00:1',
    '127.0.0.1:80',
    '127.0.0.1\n',
  ])('is not %j', (host) => {
    expect(isLoopbackHost(host)).toBe(false)
  })
})
