import { createPortableVerifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { ConfigurationError } from './configuration-error.ts'
import { resource, start } from './testing/issuer.test-fixture.ts'
import { createScene, type RequestParts, rpc, type Scene, toolCall } from './testing/scene.test-fixture.ts'

async function check(scene: Scene, parts?: RequestParts) {
  const answer = await scene.guard.check(await scene.request(parts))
  return answer instanceof Response ? ((await answer.json()) as { code: string }) : answer
}
const reasons = ({ events }: Scene) => events.flatMap((event) => ('reason' in event ? [event.reason] : []))

describe.each([
  { name: 'fast', verifier: createFastVerifier() },
  { name: 'portable', verifier: createPortableVerifier() },
])('a call with a bound token and its proof, with the $name verifier', ({ verifier }) => {
  it(`${verifies('RFC9449-7.1-1', 'MCP-TOKEN-3')} passes, and yields caller and body without the token`, async () => {
    const scene = await createScene({ verifier })
    const body = toolCall('read_notes', { query: 'é' })
    expect(await check(scene, { body })).toEqual({
      authInfo: {
        token: '',
        clientId: 'agent-1',
        scopes: ['notes:read'],
        expiresAt: start + 300,
        resource: new URL(resource),
        extra: {
          countersign: {
            issuer: 'https://auth.example',
            subject: 'user-1',
            clientId: 'agent-1',
            jkt: scene.agent.thumbprint,
            attestation: { level: 'none' },
          },
        },
      },
      parsedBody: JSON.parse(body),
    })
  })

  it('passes again and again with one token, and one proof for each call', async () => {
    const scene = await createScene({ verifier })
    const token = await scene.token()
    for (let call = 0; call < 3; call++) expect(await check(scene, { token })).toHaveProperty('authInfo')
  })
})

describe('RFC 9068 §4: the time of a token', () => {
  it(`${verifies('RFC9068-4-4')} ends at exp, to the second, also when it was verified before`, async () => {
    const scene = await createScene()
    const token = await scene.token({ exp: start + 60 })
    scene.now = start + 59.99
    expect(await check(scene, { token })).toHaveProperty('authInfo')
    scene.now = start + 60
    expect(await check(scene, { token })).toHaveProperty('code', 'invalid_token')
    expect(await check(scene, { token })).toHaveProperty('code', 'invalid_token')
    expect(reasons(scene).slice(-2)).toEqual(['expired', 'expired'])
  })

  it('begins at nbf, five seconds early for the sake of the clocks', async () => {
    const scene = await createScene()
    const token = await scene.token({ nbf: start + 5.1 })
    expect(await check(scene, { token })).toHaveProperty('code', 'invalid_token')
    expect(reasons(scene)).toContain('not_yet_valid')
    expect(await check(scene, { token: await scene.token({ nbf: start + 5 }) })).toHaveProperty('authInfo')
    scene.now += 0.1
    expect(await check(scene, { token })).toHaveProperty('authInfo')
  })
})

describe('RFC 8707 §2: the audience of a token', () => {
  it.each([
    'https://other.example/mcp',
    'https://notes.example/mcp/',
    'https://notes.example/MCP',
    'https://notes.example',
    'HTTPS://notes.example/mcp',
    'https://notes.example:443/mcp',
    'https://notes.example/mcp?',
  ])(`${verifies('MCP-TOKEN-2')} is this server, character by character: %s is another`, async (aud) => {
    const scene = await createScene()
    expect(await check(scene, { token: await scene.token({ aud }) })).toHaveProperty('code', 'invalid_token')
    expect(reasons(scene)).toEqual(['audience'])
  })
})

describe('RFC 9449 §7.1, RFC 6750 §2.1: the Authorization header', () => {
  it.each(['DPoP', 'dpop', 'DPOP'])('takes the scheme in any case: %s', async (scheme) => {
    const scene = await createScene()
    const token = await scene.token()
    expect(await check(scene, { token, headers: { authorization: `${scheme} ${token}` } })).toHaveProperty('authInfo')
  })

  it.each([
    '',
    'DPoP',
    'DPoP ',
    'Basic dXNlcjpwYXNz',
    'Token x',
    'DPoP  x',
    'DPoP x y',
    'DPoP\tx',
    'bearerx',
    'DPoP x,',
  ])('of another form is an invalid token: %j', async (authorization) => {
    const scene = await createScene()
    expect(await check(scene, { headers: { authorization } })).toHaveProperty('code', 'invalid_token')
    expect(scene.spends).toEqual([])
  })

  it(`${verifies('RFC9449-7.2-1')} may not carry a bound token as Bearer, with or without a proof`, async () => {
    for (const options of [{}, { bearer: 'allowed' }] as const) {
      const scene = await createScene(options)
      const token = await scene.token()
      const headers = { authorization: `Bearer ${token}` }
      expect(await check(scene, { token, headers })).toHaveProperty('code', 'missing_dpop_proof')
      expect(await check(scene, { token, headers, proof: null })).toHaveProperty('code', 'missing_dpop_proof')
    }
  })

  it(`${verifies('MCP-TOKEN-1')} is the one place for a token: in the query it counts for nothing`, async () => {
    const scene = await createScene()
    const url = `${resource}?access_token=${await scene.token()}`
    expect(await check(scene, { url, headers: { authorization: null } })).toHaveProperty('code', 'missing_token')
  })
})

describe('tokens that are bound to no key', () => {
  const unbound = { cnf: undefined }

  it('are refused under either scheme', async () => {
    const scene = await createScene()
    const token = await scene.token(unbound)
    for (const scheme of ['Bearer', 'DPoP']) {
      const headers = { authorization: `${scheme} ${token}` }
      expect(await check(scene, { token, headers })).toHaveProperty('code', 'invalid_token')
    }
    expect(reasons(scene)).toContain('unbound')
  })

  it('pass as Bearer where the operator said so; no key is the caller’s, and no proof is read', async () => {
    const scene = await createScene({ bearer: 'allowed' })
    const token = await scene.token(unbound)
    const headers = { authorization: `Bearer ${token}` }
    const answer = await check(scene, { token, headers })
    expect(answer).toMatchObject({ authInfo: { extra: { countersign: { clientId: 'agent-1' } } } })
    expect(JSON.stringify(answer)).not.toContain('jkt')
    expect(await check(scene, { token, headers: { authorization: `DPoP ${token}` } })).toHaveProperty('code')
    const signed = { token, headers, body: toolCall('sign_note') }
    expect(await check(scene, signed)).toHaveProperty('code', 'content_digest_required')
    expect(scene.spends).toEqual([])
  })
})

describe('what a call may touch', () => {
  it('scopes that imply others count as those', async () => {
    const scene = await createScene({ scopeImplies: { 'notes:all': ['notes:write'], 'notes:write': ['notes:read'] } })
    const token = await scene.token({ scope: 'notes:all' })
    for (const name of ['read_notes', 'write_note']) {
      expect(await check(scene, { token, body: toolCall(name) })).toHaveProperty('authInfo')
    }
    expect(await check(scene, { token, body: toolCall('delete_note') })).toHaveProperty('code', 'insufficient_scope')
  })

  it('every message of a batch counts', async () => {
    const scene = await createScene()
    const batch = (...names: string[]) => `[${names.map((name) => toolCall(name)).join()}]`
    expect(await check(scene, { body: batch('read_notes', 'read_notes') })).toHaveProperty('authInfo')
    expect(await check(scene, { body: batch('read_notes', 'write_note') })).toHaveProperty('code', 'insufficient_scope')
    expect(await check(scene, { body: batch('read_notes', 'drop_notes') })).toHaveProperty('code', 'tool_not_declared')
    const digested = { body: batch('read_notes', 'sign_note'), proof: { content: undefined } }
    expect(await check(scene, digested)).toHaveProperty('code', 'content_digest_required')
  })

  it('GET and DELETE need a token and a proof for that method, and carry no message', async () => {
    const scene = await createScene()
    for (const method of ['GET', 'DELETE']) {
      expect(await check(scene, { method })).toEqual({ authInfo: expect.anything(), parsedBody: undefined })
      expect(await check(scene, { method, proof: { method: 'POST' } })).toHaveProperty('code', 'invalid_dpop_proof')
      expect(await check(scene, { method, proof: { content: 'x' } })).toHaveProperty('code', 'content_digest_mismatch')
    }
  })

  it('resources and prompts are held by the same rules', async () => {
    const scene = await createScene()
    expect(await check(scene, { body: rpc('resources/read', { uri: 'notes:///1' }) })).toHaveProperty('authInfo')
    expect(await check(scene, { body: rpc('prompts/get', { name: 'summarise_notes' }) })).toHaveProperty('authInfo')
  })
})

describe('a request whose body was read before', () => {
  it('cannot be judged: the guard stands behind a body parser', async () => {
    const scene = await createScene()
    const request = await scene.request()
    await request.text()
    await expect(scene.guard.check(request)).rejects.toThrow(ConfigurationError)
  })
})
