import { describe, expect, it } from 'vitest'
import type { ServeConfig } from '../config/read-config.ts'
import { findChangedMember } from './fixed-members.ts'

const config: ServeConfig = {
  issuer: 'https://auth.example',
  listen: { port: 8400 },
  database: 'postgres://u:one@db.example/auth?sslrootcert=/ca.pem',
  ledger: { url: 'rediss+sentinel://u:p@a.example:1,b.example:2/main' },
  resources: [],
}
const change = (members: Partial<ServeConfig>) => findChangedMember(config, { ...config, ...members })
const { ledger: _, ...without } = config

describe('a configuration that is taken over while the host serves', () => {
  it.each([
    ['the database', change({ database: 'postgres://u:one@db.example/other' }), 'database'],
    ['the kind of database', change({ database: '/var/lib/auth.sqlite' }), 'database'],
    ['whether there is a ledger', findChangedMember(config, without), 'ledger'],
    ['and the other way', findChangedMember(without, config), 'ledger'],
    ['its kind', change({ ledger: { url: 'redis://u:p@a.example:1' } }), 'ledger'],
    ['its name', change({ ledger: { url: 'rediss+sentinel://u:p@a.example:1,b.example:2/other' } }), 'ledger'],
    ['its prefix', change({ ledger: { url: `${config.ledger?.url}?prefix=x` } }), 'ledger'],
    ['its prefix, said beside the URL', change({ ledger: { url: config.ledger?.url ?? '', prefix: 'x' } }), 'ledger'],
    ['the issuer', change({ issuer: 'https://other.example' }), 'issuer'],
    ['where metrics are', change({ admin: { port: 1 } }), 'admin'],
  ])('cannot change %s: what old workers have spent, new ones would take', (_what, found, member) => {
    expect(found).toBe(member)
  })

  it('may change passwords, addresses of the same ledger, and everything else', () => {
    const ledger = { url: 'redis+sentinel://u:new@b.example:2,c.example:3/main', password: 'new' }
    const database = 'postgres://u:two@db.example/auth'
    expect(change({ database, ledger, workers: 3, users: [] })).toBeUndefined()
  })

  it.each([
    ['redis://127.0.0.1:6379', 'rediss://:word@redis.example/0'],
    ['redis://a', 'redis://a/'],
  ])('knows %s and %s for the same keys', (one, other) => {
    const of = (url: string): ServeConfig => ({ ...config, ledger: { url } })
    expect(findChangedMember(of(one), of(other))).toBeUndefined()
    expect(findChangedMember(of(one), of(`${other.replace(/\/0?$/, '')}/1`))).toBe('ledger')
  })
})
