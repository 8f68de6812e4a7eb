/** URLs of Redis, those that are and those that are not. */
import { expect, it } from 'vitest'
import { StoreUnusable } from '../shared/store-unusable.ts'
import { parseRedisUrl } from './redis-address.ts'

it.each([
  [
    'redis://127.0.0.1',
    { kind: 'single', nodes: [{ host: '127.0.0.1', port: 6379 }], database: 0, usesTls: false, prefix: 'cs' },
  ],
  [
    'rediss://redis.example:7000/3?prefix=n1',
    { kind: 'single', nodes: [{ host: 'redis.example', port: 7000 }], database: 3, usesTls: true, prefix: 'n1' },
  ],
  ['redis://[::1]:7000', { nodes: [{ host: '::1', port: 7000 }], name: 'Redis at [::1]:7000' }],
  [
    'redis+sentinel://a,b:7/main/2',
    {
      kind: 'sentinel',
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 7 },
      ],
      master: 'main',
      database: 2,
    },
  ],
  [
    'rediss+cluster://a:1,b:2',
    {
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
      usesTls: true,
      prefix: '{cs}',
    },
  ],
])('reads %s', (url, expected) => {
  expect(parseRedisUrl(url)).toMatchObject(expected)
})

it('reads credentials, also with what URLs escape, and lets options win', () => {
  expect(parseRedisUrl('redis://user:p%40ss@h').options).toMatchObject({ username: 'user', password: 'p@ss' })
  expect(parseRedisUrl('redis://:only@h').options).toEqual({ password: 'only' })
  expect(parseRedisUrl('redis://user:old@h', { password: 'new' }).options).toMatchObject({ password: 'new' })
})

it.each([
  ['http://127.0.0.1:6379'],
  ['redis://'],
  ['redis://host:0'],
  ['redis://host:port'],
  ['redis://host:70000'],
  ['redis://a:1,b:2'],
  ['redis://host/main'],
  ['redis://host/1/2'],
  ['redis://host?db=1'],
  ['redis://host?prefix=toolong'],
  ['redis://host?prefix={x}'],
  ['redis+sentinel://a:1'],
  ['redis+cluster://a:1/1'],
  ['redis://user:%zz@host'],
])('refuses %s, and says what to write instead', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(StoreUnusable)
  expect(() => parseRedisUrl(url)).toThrow(/^The URL of Redis cannot be used: .{20}/)
})

it('never quotes a URL, in which a password may stand', () => {
  for (const url of [
    'redis://user:secret@',
    'redis://user:secret@a:1,b:2',
    'redis:/user:secret@host',
    'redis://u:secret@h/x',
  ]) {
    expect(() => parseRedisUrl(url)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  }
  expect(parseRedisUrl('redis://user:secret@h').name).not.toContain('secret')
})

it('refuses options for TLS where the URL says that there is none', () => {
  expect(() => parseRedisUrl('redis://h', { tls: {} })).toThrow(/rediss/)
})
