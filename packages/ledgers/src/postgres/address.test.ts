import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StoreUnusable } from '../shared/store-unusable.ts'
import { parsePostgresAddress } from './address.ts'

describe('the address of a PostgreSQL server', () => {
  it('is a URL with a host and a database', () => {
    expect(parsePostgresAddress('postgresql://us%40er:p%2Fw@[::1]:6000/d%20b')).toEqual({
      label: 'PostgreSQL at ::1:6000/d b',
      host: '::1',
      port: 6000,
      user: 'us@er',
      password: 'p/w',
      database: 'd b',
      ssl: false,
    })
    expect(parsePostgresAddress('postgres:///db?host=/run/postgresql')).toMatchObject({
      host: '/run/postgresql',
      port: 5432,
    })
  })

  it.each([
    'redis://host/db',
    'host/db',
    'postgres://host',
    'postgres:///db',
    'postgres://host/db?sslmode=prefer',
    'postgres://host/db?sslmode=no-verify',
    'postgres://host/db?ssl_mode=disable',
    'postgres://host/db?sslmode=verify-ca',
    'postgres://user:100%@host/db',
  ])('is not %s', (url) => {
    expect(() => parsePostgresAddress(url)).toThrow(StoreUnusable)
  })

  it('is spoken to over TLS that checks who answers, unless it is on this machine or somebody says otherwise', () => {
    const tlsOf = (url: string) => parsePostgresAddress(url).ssl
    for (const near of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]'])
      expect(tlsOf(`postgres://${near}/db`)).toBe(false)
    for (const mode of ['', '?sslmode=require', '?sslmode=verify-full']) {
      expect(tlsOf(`postgres://db.example/db${mode}`)).toEqual({ rejectUnauthorized: true, minVersion: 'TLSv1.2' })
    }
    expect(tlsOf('postgres://db.example/db?sslmode=disable')).toBe(false)
    expect(tlsOf('postgres://127.0.0.1/db?sslmode=require')).toMatchObject({ rejectUnauthorized: true })
    expect(parsePostgresAddress('postgres://127.0.0.1/db', { ca: 'pem' }).ssl).toMatchObject({ ca: 'pem' })
  })

  it('names files that are read, or that cannot be', () => {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-address-'))
    const path = join(folder, 'ca.pem')
    writeFileSync(path, 'authority')
    const url = `postgres://db.example/db?sslmode=verify-ca&sslrootcert=`
    expect(parsePostgresAddress(url + path).ssl).toMatchObject({ ca: 'authority', rejectUnauthorized: true })
    rmSync(folder, { recursive: true })
    expect(() => parsePostgresAddress(url + path)).toThrow(/cannot be read/)
  })

  it('never has its password in a message', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', '%', '/db', ':x/db', '/db?sslmode=x'), (noise, rest) => {
        try {
          parsePostgresAddress(`postgres://user:Pa55word${encodeURIComponent(noise)}@host${rest}`)
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnusable)
          expect(String(error)).not.toContain('Pa55word')
        }
      }),
    )
  })
})
