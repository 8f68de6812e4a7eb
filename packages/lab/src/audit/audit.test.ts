import { describe, expect, it } from 'vitest'
import { type AuditOptions, audit } from './audit.ts'
import { checks } from './checks.ts'
import { type PlantedOptions, startPlantedServer } from './testing/planted-server.test-fixture.ts'

/** Of these there is no server to plant them in: see `strange-targets.test.ts`. */
const STRANGE = ['target_unreachable', 'target_malfunctioning', 'endpoint_redirects', 'not_mcp']

const SESSIONS = ['session_instead_of_token', 'unknown_session_served', 'guessable_session_id']

async function auditPlanted(planted: PlantedOptions, options: AuditOptions = {}) {
  const server = await startPlantedServer(planted)
  try {
    const now = Math.floor(Date.now() / 1000)
    return await audit(server.url, {
      token: await server.issue(),
      privateJwk: server.privateJwk,
      expiredToken: await server.issue({ iat: now - 600, exp: now - 300 }),
      obtain: ({ resource, scopes = ['read'] }) => server.issue({ aud: resource, scope: scopes.join(' ') }),
      otherResource: 'https://other.example/mcp',
      revoke: server.revoke,
      revocationSeconds: 0,
      ...options,
    })
  } finally {
    await server.close()
  }
}

describe('an audit of a server without a weakness', () => {
  it('finds none, in the new era', async () => {
    const { findings, checks: outcomes } = await auditPlanted({})
    expect(findings).toEqual([])
    expect(outcomes.filter(({ outcome }) => outcome === 'skipped').map(({ name }) => name)).toEqual(['session'])
  })

  it('finds none, in sessions', async () => {
    const { findings, checks: outcomes } = await auditPlanted({ sessions: true })
    expect(findings).toEqual([])
    expect(outcomes.filter(({ outcome }) => outcome === 'skipped')).toEqual([])
  })

  it('calls no tool that may write', async () => {
    // The fixture's one breaks off the connection, and the check with it.
    const { findings } = await auditPlanted({ weak: ['scope_not_enforced'] }, { only: ['tool_scope'] })
    expect(findings.map(({ id }) => id)).toEqual(['scope_not_enforced'])
  })
})

describe('an audit finds what was planted', () => {
  const planted = checks.flatMap(({ name, weaknesses }) => weaknesses.map(({ id }) => ({ name, id })))
  it.each(planted.filter(({ id }) => !STRANGE.includes(id)))('$id', async ({ name, id }) => {
    const weak = id === 'any_token_served' ? [id, 'foreign_audience_served'] : [id]
    const options = { only: name === 'token_echo' ? ['token_signature', name] : [name] }
    const { findings } = await auditPlanted({ weak, sessions: SESSIONS.includes(id) }, options)
    expect(findings.map((finding) => finding.id)).toEqual([id])
  })
})
