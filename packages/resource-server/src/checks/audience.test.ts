import { describe, expect, it } from 'vitest'
import { describeGrant, type Members, resource } from '../testing/issuer.test-fixture.ts'
import { createScene, type Scene } from '../testing/scene.test-fixture.ts'
import { useServedIssuer } from '../testing/served-issuer.test-fixture.ts'
import type { IntrospectionTrust, IssuerTrust } from '../token/issuer-trust.ts'

const { origin, answers } = useServedIssuer()

async function outcome(scene: Scene, token: string): Promise<string> {
  const answer = await scene.guard.check(await scene.request({ token }))
  if (!(answer instanceof Response)) return 'allowed'
  const refusal = scene.events.findLast(({ type }) => type === 'refused')
  return refusal !== undefined && 'reason' in refusal ? (refusal.reason ?? '') : ''
}

describe('an issuer that calls this server by another name', () => {
  it.each<[string, Partial<IssuerTrust>, unknown, string]>([
    ['the resource, where nothing else is said', {}, resource, 'allowed'],
    ['the name, where nothing was said of it', {}, 'notes-api', 'audience'],
    ['the name', { audience: 'notes-api' }, 'notes-api', 'allowed'],
    ['the resource, where the name was said', { audience: 'notes-api' }, resource, 'audience'],
    ['another name', { audience: 'notes-api' }, 'mail-api', 'audience'],
    ['the name in another case', { audience: 'notes-api' }, 'Notes-API', 'audience'],
    ['the name in a list', { audience: 'notes-api', acceptSeveralAudiences: true }, ['x', 'notes-api'], 'allowed'],
    ['other names in a list', { audience: 'notes-api', acceptSeveralAudiences: true }, ['x', resource], 'audience'],
    ['nothing', { audience: 'notes-api' }, undefined, 'aud'],
  ])('RFC 8707 §2: %s', async (_name, trust, aud, expected) => {
    const scene = await createScene({ issuerTrust: trust })
    expect(await outcome(scene, await scene.token({ aud }))).toBe(expected)
  })
})

describe('an issuer that names no audience', () => {
  async function createAskingScene(introspection: Partial<IntrospectionTrust> = {}, members: Members = {}) {
    const endpoint = `${origin()}/introspect`
    const trust = { introspection: { endpoint, clientId: 'notes', clientSecret: 'secret', ...introspection } }
    const scene = await createScene({ issuerTrust: trust })
    const grant = describeGrant({ cnf: { jkt: scene.agent.thumbprint }, aud: undefined, ...members })
    answers.set('/introspect', { active: true, token_type: 'DPoP', ...grant })
    return scene
  }

  it('is not believed', async () => {
    expect(await outcome(await createAskingScene(), 'opaque')).toBe('aud')
  })

  it('is believed where the operator said so, about opaque tokens alone', async () => {
    const scene = await createAskingScene({ acceptMissingAudience: true })
    expect(await outcome(scene, 'opaque')).toBe('allowed')
    expect(await outcome(scene, await scene.token({ aud: undefined }))).toBe('aud')
  })

  it('is not believed about another server, whatever the operator said', async () => {
    const scene = await createAskingScene({ acceptMissingAudience: true }, { aud: 'https://other.example/mcp' })
    expect(await outcome(scene, 'opaque')).toBe('audience')
  })
})

describe('RFC 9449 §6.2: an opaque token', () => {
  it('is bound to the key that its issuer names', async () => {
    const endpoint = `${origin()}/introspect`
    const trust = { introspection: { endpoint, clientId: 'notes', clientSecret: 'secret' } }
    const scene = await createScene({ issuerTrust: trust })
    const grant = { active: true, token_type: 'DPoP', ...describeGrant() }
    answers.set('/introspect', { ...grant, cnf: { jkt: scene.agent.thumbprint } })
    expect(await outcome(scene, 'mine')).toBe('allowed')
    answers.set('/introspect', { ...grant, cnf: { jkt: 'A'.repeat(43) } })
    const stolen = await scene.guard.check(await scene.request({ token: 'stolen' }))
    expect(stolen instanceof Response && (await stolen.json())).toMatchObject({ code: 'dpop_jkt_mismatch' })
    const bare = await scene.request({ token: 'stolen', headers: { authorization: 'Bearer stolen', dpop: null } })
    const bearer = await scene.guard.check(bare)
    expect(bearer instanceof Response && (await bearer.json())).toMatchObject({ code: 'missing_dpop_proof' })
  })

  it('that is bound to none is refused, unless Bearer tokens are allowed', async () => {
    const endpoint = `${origin()}/introspect`
    const trust = { introspection: { endpoint, clientId: 'notes', clientSecret: 'secret' } }
    answers.set('/introspect', { active: true, token_type: 'Bearer', ...describeGrant() })
    const headers = { authorization: 'Bearer opaque', dpop: null }
    const strict = await createScene({ issuerTrust: trust })
    const refused = await strict.guard.check(await strict.request({ headers }))
    expect(refused instanceof Response && (await refused.json())).toMatchObject({ code: 'invalid_token' })
    const lenient = await createScene({ issuerTrust: trust, bearer: 'allowed' })
    expect(await lenient.guard.check(await lenient.request({ headers }))).toMatchObject({
      authInfo: { token: '', clientId: 'agent-1', scopes: ['notes:read'] },
    })
  })
})
