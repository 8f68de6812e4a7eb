import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createWeakenedAuthorizationServer } from './weakened-authorization-server.ts'

let folder: string
let database: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weakened-'))
  database = join(folder, 'as.db')
  vi.stubEnv('COUNTERSIGN_UNSAFE', '1')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const create = (options = {}) =>
  createWeakenedAuthorizationServer(
    {
      issuer: 'http://127.0.0.1:1',
      database,
      resources: [{ resource: 'http://127.0.0.1:2/mcp', scopes: {} }],
      ...options,
    },
    { weaknesses: ['pkce_optional'] },
  )

describe('a weakened authorization server', () => {
  it('is made when it was asked for by name, on loopback, with a database of its own', async () => {
    await (await create()).close()
  })

  it('is not made otherwise', async () => {
    await expect(create({ issuer: 'https://auth.example' })).rejects.toThrow('loopback')
    await expect(create({ resources: [{ resource: 'https://a.example', scopes: {} }] })).rejects.toThrow('loopback')
    writeFileSync(database, '')
    await expect(create()).rejects.toThrow('new database')
    rmSync(database)
    vi.stubEnv('COUNTERSIGN_UNSAFE', 'true')
    await expect(create()).rejects.toThrow('COUNTERSIGN_UNSAFE=1')
  })
})
