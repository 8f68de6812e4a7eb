import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowLoopback, parseAllowEntry } from './allow-entry.ts'
import { createAllowance } from './allowance.ts'
import { readFetchTarget } from './fetch-target.ts'
import { parseIpAddress } from './ip-address.ts'

function findForbidden(allow: readonly string[], url: string, address: string) {
  return createAllowance(allow).findForbidden(readFetchTarget(url), parseIpAddress(address) ?? Uint8Array.of())
}

describe('what may be reached', () => {
  it.each(['8.8.8.8', '2606:4700::1111', '64:ff9b::8.8.8.8'])('is the public internet: %s', (address) => {
    expect(findForbidden([], 'https://auth.example/', address)).toBeUndefined()
  })

  it.each([
    ['127.0.0.1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['169.254.169.254', 'metadata'],
    ['::ffff:127.0.0.1', 'reserved'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['2002:7f00:1::', 'reserved'],
  ])('is not %s (%s)', (address, kind) => {
    expect(findForbidden([], 'https://auth.example/', address)).toBe(kind)
  })

  it.each([
    ['auth.internal', 'https://auth.internal/', '10.0.0.1'],
    ['auth.internal', 'https://auth.internal:9443/', 'fd00::1'],
    ['Auth.Internal:8443', 'https://auth.internal:8443/', '127.0.0.1'],
    ['localhost:3000', 'http://localhost:3000/', '::1'],
    ['10.1.2.3', 'https://10.1.2.3/', '10.1.2.3'],
    ['10.1.2.3:8443', 'https://other.example:8443/', '10.1.2.3'],
    ['::1', 'http://[::1]:3000/', '::1'],
    ['[::1]:3000', 'http://[::1]:3000/', '::1'],
    ['10.0.0.0/8', 'https://auth.internal/', '10.255.255.255'],
    ['fd00::/8', 'https://auth.internal/', 'fd12::1'],
    ['169.254.169.254', 'https://169.254.169.254/', '169.254.169.254'],
    ['10.0.0.0/8', 'https://auth.internal/', '64:ff9b::10.1.2.3'],
  ])('is what is allowed: by %s, %s at %s', (entry, url, address) => {
    expect(findForbidden([entry], url, address)).toBeUndefined()
  })

  it.each([
    ['auth.internal', 'https://sub.auth.internal/', '10.0.0.1'],
    ['auth.internal', 'https://evil-auth.internal/', '10.0.0.1'],
    ['auth.internal:8443', 'https://auth.internal/', '10.0.0.1'],
    ['10.1.2.3:8443', 'https://10.1.2.3/', '10.1.2.3'],
    ['10.1.2.3', 'https://auth.internal/', '10.1.2.4'],
    ['10.0.0.0/8', 'https://auth.internal/', '127.0.0.1'],
    ['127.0.0.1', 'https://auth.internal/', '::ffff:127.0.0.1'],
    // A name allows an internal host, never what nobody's issuer can be.
    ['auth.internal', 'https://auth.internal/', '169.254.169.254'],
    ['auth.internal', 'https://auth.internal/', 'fd00:ec2::254'],
    ['auth.internal', 'https://auth.internal/', '169.254.7.7'],
    ['auth.internal', 'https://auth.internal/', '0.0.0.0'],
    ['auth.internal', 'https://auth.internal/', '::ffff:10.0.0.1'],
    // A range allows what lies in it, but for the addresses that hand out credentials.
    ['169.254.0.0/16', 'https://auth.internal/', '169.254.169.254'],
    ['fd00::/8', 'https://auth.internal/', 'fd00:ec2::254'],
    ['100.64.0.0/10', 'https://auth.internal/', '100.100.100.200'],
    // And the address inside is judged by itself.
    ['64:ff9b:1::/48', 'https://auth.internal/', '64:ff9b:1::a9fe:a9fe'],
    ['::ffff:0:0/96', 'https://auth.internal/', '::ffff:127.0.0.1'],
  ])('is no more than what is allowed: by %s, not %s at %s', (entry, url, address) => {
    expect(findForbidden([entry], url, address)).toBeDefined()
  })

  it.each([
    ['auth.internal', 'http://auth.internal/', true],
    ['auth.internal:8080', 'http://auth.internal:8080/', true],
    ['auth.internal:8080', 'http://auth.internal/', false],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000/', true],
    ['127.0.0.1:3000', 'http://127.0.0.1:3001/', false],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    // It may resolve into the range, but its owner decides that.
    ['10.0.0.0/8', 'http://auth.internal/', false],
  ])('over plain http or at low ports: %s, %s: %s', (entry, url, named) => {
    expect(createAllowance([entry]).names(readFetchTarget(url))).toBe(named)
  })
})

describe('an entry of allow', () => {
  it.each([
    '',
    '*',
    '*.internal',
    'https://auth.internal',
    'auth.internal/',
    'auth.internal.',
    'auth.internal:0',
    'auth.internal:65536',
    'auth.internal:',
    'user@auth.internal',
    'aüth.internal',
    '127.1',
    '0x7f.1',
    '2130706433',
    '::1:3000:',
    '10.0.0.1/8',
    '0.0.0.0/0',
    '8.0.0.0/7',
    '::/0',
    'f000::/4',
    'auth.internal/8',
  ])('is not %j', (text) => {
    expect(() => parseAllowEntry(text)).toThrow(TypeError)
  })

  it('is parsed or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webAuthority(), fc.ipV6()), (text) => {
        try {
          parseAllowEntry(text)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
      }),
    )
  })
})

describe('what configured URLs on loopback allow', () => {
  it.each([
    ['http://127.0.0.1:3000/issuer', ['127.0.0.1:3000']],
    ['http://localhost/', ['localhost:80']],
    ['https://localhost/', ['localhost:443']],
    ['http://[::1]:3000', ['[::1]:3000']],
    ['https://auth.example/', []],
    ['https://localhost.example/', []],
    ['http://10.0.0.1/', []],
    ['', []],
  ])('%s: %j', (url, entries) => {
    expect(allowLoopback([url])).toEqual(entries)
    expect(() => createAllowance(allowLoopback([url]))).not.toThrow()
  })
})
