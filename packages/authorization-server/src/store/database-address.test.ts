import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readDatabaseAddress } from './database-address.ts'

const encryption = { key: randomBytes(32) }

describe('the place of a database', () => {
  it.each([
    ['./as.sqlite', { kind: 'sqlite', place: './as.sqlite' }],
    ['/data/a b:c.sqlite', { kind: 'sqlite', place: '/data/a b:c.sqlite' }],
    ['sqlite:/data/as.sqlite', { kind: 'sqlite', place: '/data/as.sqlite' }],
    ['postgres://db.example/as', { kind: 'postgres', place: 'postgres://db.example/as' }],
    ['PostgreSQL://db.example/as', { kind: 'postgres', place: 'PostgreSQL://db.example/as' }],
  ] as const)('is read from %s', (database, address) => {
    expect(readDatabaseAddress({ database, encryption })).toEqual(address)
  })

  it('that keeps secrets on a server needs a key, and no message quotes its password', () => {
    const database = 'postgres://user:a-password@db.example/as'
    expect(() => readDatabaseAddress({ database })).toThrow(/encryption: \{ key \}(?!.*a-password)/)
  })

  it('that is of no known kind is refused, quoting the kind alone', () => {
    const database = 'mysql://user:a-password@db.example/as'
    expect(() => readDatabaseAddress({ database, encryption })).toThrow(/mysql:(?!.*a-password)/)
  })
})
