import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NOTES, notesResource, REDIRECT } from '../../testing/world.ts'
import { type AuthorizationServer, createAuthorizationServer } from '../authorization-server.ts'

const ISSUER = 'https://auth.example/tenant'

describe('behind something that ends TLS', () => {
  let folder: string
  let server: AuthorizationServer
  let local: string
  const http = createServer((req, res) => server.listener(req, res))
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pin-issuer-'))
    server = await createAuthorizationServer({
      issuer: ISSUER,
      database: join(folder, 'as.db'),
      resources: [notesResource],
      clients: [
        {
          clientId: 'desktop',
          grants: ['authorization_code'],
          public: true,
          redirectUris: [REDIRECT],
          scopes: ['notes:read'],
        },
      ],
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    local = `http://127.0.0.1:${(http.address() as AddressInfo).port}/tenant`
  })
  afterEach(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = `/authorize?${new URLSearchParams({
    client_id: 'desktop',
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'notes:read',
    resource: NOTES,
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
  })}`

  it('cookies are Secure, HttpOnly and SameSite, whatever a forwarded header says', async () => {
    const headers = { 'X-Forwarded-Proto': 'http' }
    const response = await fetch(local + start, { redirect: 'manual', headers })
    const cookies = response.headers.getSetCookie()
    expect(cookies.length).toBeGreaterThanOrEqual(2)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/;\s*secure/i)
      expect(cookie).toMatch(/;\s*httponly/i)
      expect(cookie).toMatch(/;\s*samesite=lax/i)
      expect(cookie).toMatch(/;\s*path=\/tenant\//i)
    }
  })

  it('every URL is one of the issuer', async () => {
    const metadata = await (await fetch(`${local}/.well-known/openid-configuration`)).text()
    expect(metadata).toContain(`"token_endpoint":"${ISSUER}/token"`)
    expect(metadata).not.toContain('127.0.0.1')
    const response = await fetch(local + start, { redirect: 'manual' })
    expect(response.headers.get('Location')).toMatch(/^\/tenant\/interaction\//)
  })
})
