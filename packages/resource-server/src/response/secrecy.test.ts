import type { Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { refusals } from '../testing/refusals.test-fixture.ts'
import { createScene, rpc, toolCall } from '../testing/scene.test-fixture.ts'

const word = /^[a-z][a-z0-9_]*$/

/** What nobody else may learn of a request: its credentials, whole and in parts, and what its caller wrote. */
async function listSecrets(request: Request): Promise<readonly string[]> {
  const signed = ['dpop', 'oauth-client-attestation'].flatMap((name) => request.headers.get(name) ?? [])
  const credentials = [request.headers.get('authorization')?.slice(5), ...signed]
  const values = signed.flatMap(readTexts)
  return [
    ...credentials.flatMap((text) => (text ?? '').split('.')),
    ...values.filter((value) => value.length > 20),
    'evil.example',
    'drop_notes',
    'leak_notes',
    'etc/passwd',
    'completion',
    'disk full',
    'no route',
    'user-1',
  ].filter((secret) => secret.length > 5)
}

/** The claims of a JWS that are texts. */
function readTexts(jws: string): readonly string[] {
  const claims: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
  return Object.values(claims ?? {}).filter((value): value is string => typeof value === 'string')
}

describe('RFC 6750 §5.2: what a refusal tells', () => {
  it.each(refusals)('$code gives away nothing that the caller sent, nor why', async ({ options, arrange }) => {
    const scene = await createScene(options)
    const request = await arrange(scene)
    const secrets = await listSecrets(request)
    scene.events.length = 0
    const response = await scene.guard.check(request)
    if (!(response instanceof Response)) throw new Error('the call was let through')
    const wire = JSON.stringify([...response.headers]) + (await response.text())
    const log = JSON.stringify(scene.events)
    // What the server itself hands out, or publishes, may be in both.
    const told = [response.headers.get('dpop-nonce'), 'https://notes.example/mcp', 'https://attest.example']
    for (const secret of secrets.filter((text) => !told.includes(text))) {
      expect(wire).not.toContain(secret)
      expect(log).not.toContain(secret)
    }
    const reasons = scene.events.flatMap((event) => ('reason' in event ? [event.reason] : []))
    for (const reason of reasons) {
      expect(reason).toMatch(word)
      expect(wire).not.toContain(`"${reason}"`)
    }
  })

  const decision = ['code', 'reason', 'clientId', 'seconds', 'skew', 'methods', 'tools']
  const judged = ['issuer', 'carriage', 'cached', 'seconds']
  const membersOf: Readonly<Record<string, readonly string[]>> = {
    friction_level: ['tool', 'clientId', 'level'],
    key_fetch_failed: ['issuer', 'reason'],
    introspection_failed: ['issuer', 'reason'],
    revocation_feed_failed: ['issuer', 'reason'],
    attestation_refused: [...judged, 'code', 'reason', 'resembles'],
    attestation_verified: [...judged, 'level', 'binding', 'skew', 'shortId'],
  }

  it('an event has these members and no others', async () => {
    for (const { options, arrange } of refusals) {
      const scene = await createScene(options)
      const request = await arrange(scene)
      scene.events.length = 0
      await scene.guard.check(request)
      for (const { type, ...members } of scene.events) {
        expect(membersOf[type] ?? decision).toEqual(expect.arrayContaining(Object.keys(members)))
      }
    }
  })
})

describe('what an accepted call tells', () => {
  it('is the client, its key, the methods and the tools, in an event; a tool gets no token', async () => {
    const scene = await createScene()
    const request = await scene.request({ body: toolCall('read_notes', { query: 'caller text' }) })
    const secrets = [...(await listSecrets(request)), 'caller text']
    scene.events.length = 0
    const answer = await scene.guard.check(request)
    expect(scene.events).toEqual([
      {
        type: 'allowed',
        seconds: expect.any(Number),
        skew: 0,
        clientId: 'agent-1',
        jkt: scene.agent.thumbprint,
        methods: ['tools/call'],
        tools: ['read_notes'],
      },
    ])
    for (const secret of secrets) expect(JSON.stringify(scene.events)).not.toContain(secret)
    const { authInfo } = answer as Exclude<typeof answer, Response>
    for (const secret of (await listSecrets(request)).filter(
      (text) => text !== 'user-1' && !text.startsWith('https:'),
    )) {
      expect(JSON.stringify(authInfo)).not.toContain(secret)
    }
  })

  it('names methods only where they were declared', async () => {
    const scene = await createScene()
    const notification = (method: string) => JSON.stringify({ jsonrpc: '2.0', method })
    const response = JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} })
    const body = `[${notification('notifications/caller_text')},${response},${toolCall('read_notes')}]`
    const request = await scene.request({ body })
    scene.events.length = 0
    await scene.guard.check(request)
    expect(scene.events).toMatchObject([{ type: 'allowed', methods: ['notification', 'response', 'tools/call'] }])
  })

  it('names methods and tools of refused calls only where they were declared', async () => {
    const scene = await createScene()
    const told = async (body: string) => {
      const request = await scene.request({ body })
      scene.events.length = 0
      await scene.guard.check(request)
      return scene.events
    }
    expect(await told(toolCall('write_note'))).toMatchObject([{ methods: ['tools/call'], tools: ['write_note'] }])
    expect(await told(toolCall('drop_notes'))).toMatchObject([{ methods: ['tools/call'], tools: [] }])
    expect(await told(rpc('caller/text'))).toMatchObject([{ methods: ['request'], tools: [] }])
    expect(await told(rpc('__proto__', { name: '__proto__' }))).toMatchObject([{ methods: ['request'], tools: [] }])
  })
})

describe('what a call tells that could not be judged', () => {
  it('is that it failed, and no more', async () => {
    const broken = new Error('disk full of eyJ0eXAi')
    const fast = createFastVerifier()
    const digest: Verifier['digest'] = (data) => {
      if (typeof data !== 'string') throw broken
      return fast.digest(data)
    }
    const scene = await createScene({ verifier: { ...fast, digest } })
    const request = await scene.request()
    scene.events.length = 0
    await expect(scene.guard.check(request)).rejects.toThrow(broken)
    expect(scene.events).toEqual([
      { type: 'failed', seconds: expect.any(Number), skew: 0, clientId: 'agent-1', methods: [], tools: [] },
    ])
  })
})
