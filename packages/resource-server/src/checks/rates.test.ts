import { createRates } from '@countersign/friction'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { createGuard } from '../guard.ts'
import { type Members, resource } from '../testing/issuer.test-fixture.ts'
import { createScene, type RequestParts, rpc, type Scene, toolCall } from '../testing/scene.test-fixture.ts'
import { readWebRequest } from '../web-request.ts'

/** `allowed`, or the code and reason of the refusal. */
async function decide(scene: Scene, claims?: Members, parts: RequestParts = {}): Promise<string> {
  const token = await scene.token(claims)
  const decision = await scene.guard.decide(readWebRequest(await scene.request({ token, ...parts })))
  return decision.allowed ? 'allowed' : `${decision.rejection.code} ${decision.rejection.reason}`
}

const once = { calls: 1, seconds: 60 }

describe('rates', () => {
  it('limit a client, and no other', async () => {
    const scene = await createScene({ rates: { perClient: once } })
    expect(await decide(scene)).toBe('allowed')
    expect(await decide(scene, { sub: 'user-2' })).toBe('rate_limited per_client')
    expect(await decide(scene, { client_id: 'agent-2' })).toBe('allowed')
  })

  it('limit a user, whatever the client, and no client that acts for itself', async () => {
    const scene = await createScene({ rates: { perUser: once } })
    expect(await decide(scene)).toBe('allowed')
    expect(await decide(scene, { client_id: 'agent-2' })).toBe('rate_limited per_user')
    for (const _ of [1, 2]) expect(await decide(scene, { sub: 'agent-1' })).toBe('allowed')
  })

  it('limit a tool', async () => {
    const scene = await createScene({ rates: { perTool: { read_notes: once } } })
    expect(await decide(scene)).toBe('allowed')
    expect(await decide(scene)).toBe('rate_limited per_tool')
    expect(await decide(scene, undefined, { body: toolCall('sign_note') })).toBe('allowed')
  })

  it('count requests of all methods and of whole batches, and nothing that is no request', async () => {
    const scene = await createScene({ rates: { perClient: { calls: 2, seconds: 60 } } })
    const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    for (const _ of [1, 2, 3]) expect(await decide(scene, undefined, { body: notification })).toBe('allowed')
    expect(await decide(scene, undefined, { method: 'GET' })).toBe('allowed')
    expect(await decide(scene, undefined, { body: rpc('tools/list') })).toBe('allowed')
    const batch = `[${toolCall('read_notes')},${toolCall('read_notes')}]`
    expect(await decide(scene, undefined, { body: batch })).toBe('rate_limited per_client')
  })

  it('count calls that wait for no answer: a server may act on them all the same', async () => {
    const call = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'read_notes', arguments: {} } }
    const scene = await createScene({ rates: { perTool: { read_notes: once } } })
    expect(await decide(scene, undefined, { body: JSON.stringify(call) })).toBe('allowed')
    expect(await decide(scene, undefined, { body: JSON.stringify(call) })).toBe('rate_limited per_tool')
  })

  it('do not count calls that are refused, or sent again by somebody else', async () => {
    const scene = await createScene({ rates: { perClient: { calls: 2, seconds: 60 } } })
    for (const _ of [1, 2, 3]) {
      expect(await decide(scene, undefined, { body: toolCall('write_note') })).toMatch('insufficient_scope')
    }
    const request = await scene.request()
    for (const _ of [1, 2, 3]) await scene.guard.decide(readWebRequest(request.clone()))
    expect(await decide(scene)).toBe('allowed')
    expect(await decide(scene)).toBe('rate_limited per_client')
  })

  it('may be made by themselves, and then be shared', async () => {
    const rates = createRates({ perClient: once })
    const [one, other] = [await createScene({ rates }), await createScene({ rates })]
    expect([await decide(one), await decide(other)]).toEqual(['allowed', 'rate_limited per_client'])
  })

  it('that make no sense are a mistake in the configuration', () => {
    const options = {
      resource,
      authorizationServers: ['https://auth.example'],
      rates: { perUser: { calls: 0, seconds: 1 } },
    }
    expect(() => createGuard(options)).toThrow(ConfigurationError)
  })
})
