import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startAttestedWorld } from '../testing/attested-world.ts'
import type { TestServer } from '../testing/http-server.ts'
import { startWorld, toolCall } from '../testing/world.ts'
import type { AttestationRequest } from './attestation/attestation-source.ts'

/** The attestations that a server saw at a path, oldest first; undefined for a request without. */
function shown({ received }: TestServer, path: string): (string | undefined)[] {
  return received
    .filter(({ url }) => url.pathname === path)
    .map(({ headers }) => headers.get('oauth-client-attestation') ?? undefined)
}

const forbidden = (error: string) =>
  new Response(null, { status: 403, headers: { 'www-authenticate': `DPoP error="${error}"` } })

const failing = () => Promise.reject(new Error('the key is s3cr3t'))

describe('attestation-based client authentication, combined mode with DPoP: the agent shows its attestation', () => {
  it('to the resource and to the authorization server, each one for itself and for the key of the proof', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    const { fetch } = await agent()
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(world.notes.agents).toMatchObject([{ text: expect.any(String) }])
    expect(world.authorization.agents).toMatchObject([{ text: expect.any(String) }])
    const { aud } = decodeJwt(shown(world.notes, '/mcp').at(-1) ?? '')
    expect([aud, decodeJwt(shown(world.authorization, '/token').at(-1) ?? '').aud]).toEqual([
      world.notes.endpoint,
      world.authorization.origin,
    ])
  })

  it('never without a token, and to both requests that a demanded nonce makes of one', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    const { fetch } = await agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.notes.nonce = 'rs-nonce-2'
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const [unauthorized, ...others] = shown(world.notes, '/mcp')
    expect(unauthorized).toBeUndefined()
    expect(others).toHaveLength(3)
    expect(new Set(others).size).toBe(1)
  })

  it('and keeps it: any number of calls costs one for each server', async () => {
    const { world, agent, asked } = await startAttestedWorld(onTestFinished)
    const { fetch } = await agent()
    const call = async () => (await fetch(world.notes.endpoint, toolCall('read_notes'))).status
    expect(await Promise.all(Array.from({ length: 8 }, call))).toEqual(Array(8).fill(200))
    await call()
    expect(asked()).toBe(2)
  })

  it.each([
    ['nothing', {}],
    ['another mode alone', { client_attestation_pop_methods_supported: ['attestation_pop_jwt', 'none'] }],
    ['no list', { client_attestation_pop_methods_supported: 'dpop_combined' }],
  ])('to no server that advertises %s', async (_name, metadata) => {
    const { world, agent, asked } = await startAttestedWorld(onTestFinished)
    for (const server of [world.notes, world.authorization]) {
      server.attestation = undefined
      server.metadata = metadata
    }
    const { fetch } = await agent()
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect([...shown(world.notes, '/mcp'), ...shown(world.authorization, '/token')]).not.toContainEqual(
      expect.anything(),
    )
    expect(asked()).toBe(0)
  })

  it('to none through a provider, where there is no place for it', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    world.notes.contentDigest = false
    const authProvider = (await agent()).provider(world.notes.endpoint)
    const transport = new StreamableHTTPClientTransport(new URL(world.notes.endpoint), { authProvider })
    await transport.start()
    await transport.send(JSON.parse(String(toolCall('read_notes').body)))
    expect(world.notes.agents).toEqual(['missing'])
    expect(world.authorization.agents).toEqual(['missing'])
  })

  it('and never with a bearer token, which no proof goes with', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    world.authorization.tokenResponse = { token_type: 'Bearer' }
    world.notes.intercept = ({ headers, url }) =>
      url.pathname === '/mcp' && headers.has('authorization') ? Response.json({ served: true }) : undefined
    const { fetch } = await agent({ bearer: 'allowed' })
    expect(await (await fetch(world.notes.endpoint, toolCall('read_notes'))).json()).toEqual({ served: true })
    expect(shown(world.notes, '/mcp')).toEqual([undefined, undefined])
  })

  it.each(['OAuth-Client-Attestation', 'OAuth-Client-Attestation-PoP'])(
    'and refuses a request that brings a header %s of its own',
    async (name) => {
      const { world, agent } = await startAttestedWorld(onTestFinished)
      const { fetch } = await agent()
      const call = fetch(world.notes.endpoint, { ...toolCall('read_notes'), headers: { [name]: 'a.b.c' } })
      await expect(call).rejects.toMatchObject({ code: 'credentials_in_request' })
      expect(world.notes.received).toEqual([])
    },
  )

  it('and waits for its source no longer than the caller does', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    world.authorization.attestation = undefined
    const controller = new AbortController()
    const { fetch } = await agent({
      attestation: () => {
        controller.abort()
        return Promise.withResolvers<string>().promise
      },
    })
    const call = fetch(world.notes.endpoint, { ...toolCall('read_notes'), signal: controller.signal })
    await expect(call).rejects.toThrow('aborted')
    expect(world.notes.calls).toEqual([])
  })
})

describe('use_fresh_attestation: a server that finds one too old gets another, once', () => {
  it('from the resource server: the same call again, under a new attestation for the same key', async () => {
    const { world, agent, checks } = await startAttestedWorld(onTestFinished)
    const { fetch } = await agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.time += 20
    checks.notes.notBefore = world.time
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    const [old, refused, fresh] = shown(world.notes, '/mcp').slice(1)
    expect(refused).toBe(old)
    expect(decodeJwt(fresh ?? '').iat).toBe(world.time)
    expect(decodeJwt(fresh ?? '').cnf).toEqual(decodeJwt(old ?? '').cnf)
  })

  it('from the token endpoint', async () => {
    const { world, agent, checks } = await startAttestedWorld(onTestFinished, { lifetime: 60 })
    const { fetch } = await agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.time += 60
    checks.authorization.notBefore = world.time
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(world.authorization.agents).toMatchObject([{}, { exp: world.time + 300 }])
  })

  it('and no third time, when the server stays with it', async () => {
    const { world, agent, asked } = await startAttestedWorld(onTestFinished)
    const { fetch } = await agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.time += 20
    world.notes.intercept = () => forbidden('use_fresh_attestation')
    const before = world.notes.received.length
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(403)
    expect(world.notes.received).toHaveLength(before + 2)
    expect(asked()).toBe(3)
  })

  it('and a source is told why it is asked again', async () => {
    const { world, source, agent, checks } = await startAttestedWorld(onTestFinished)
    const attest = source()
    const requests: AttestationRequest[] = []
    const { fetch, thumbprint } = await agent({
      attestation: (request) => {
        requests.push(request)
        return attest(request)
      },
    })
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.time += 20
    checks.notes.notBefore = world.time
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const notes = requests.filter(({ audience }) => audience === world.notes.endpoint)
    expect(notes.map(({ fresh }) => fresh)).toEqual([undefined, undefined, true])
    expect(new Set(requests.map(({ key }) => key.thumbprint))).toEqual(new Set([thumbprint]))
  })
})

describe('a source that fails', () => {
  it.each([
    ['rejects', failing],
    [
      'throws',
      () => {
        throw new Error('the key is s3cr3t')
      },
    ],
    ['yields a header of its own', async () => 'a.b.c\r\nx-admin: 1'],
    ['yields far too much', async () => `a.b.${'c'.repeat(9000)}`],
    ['yields nothing', async () => undefined as unknown as string],
  ])(
    'and %s leaves it to servers that can do without, and stops before those that cannot',
    async (_name, attestation) => {
      const { world, agent, checks } = await startAttestedWorld(onTestFinished)
      const { fetch } = await agent({ attestation })
      expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
      expect(world.notes.agents).toEqual(['missing'])

      checks.notes.policy = 'required'
      const stopped = await (await agent({ attestation })).fetch(world.notes.endpoint, toolCall('delete_note')).then(
        () => undefined,
        (error) => error,
      )
      expect(stopped).toMatchObject({ code: 'attestation_unavailable' })
      expect(String(stopped)).not.toContain('s3cr3t')
      expect(stopped).not.toHaveProperty('cause')
      expect(world.notes.calls).toEqual(['read_notes'])
    },
  )

  it('because it is set up wrongly is never passed over', async () => {
    const { world, issuer, agent } = await startAttestedWorld(onTestFinished)
    const { attestFrom } = await import('./attestation/attest-from.ts')
    const attestation = attestFrom({
      issuer: issuer.origin,
      clientId: 'agent',
      privateJwk: { kty: 'oct', k: 's3cr3t' },
    })
    const { fetch } = await agent({ attestation })
    const call = fetch(world.notes.endpoint, toolCall('read_notes'))
    await expect(call).rejects.toMatchObject({ code: 'misconfigured' })
  })

  it('is not asked for anything by an agent that has none: the server judges that', async () => {
    const { world, checks } = await startAttestedWorld(onTestFinished)
    checks.notes.policy = 'required'
    const { fetch } = await world.agent()
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(403)
  })
})

describe('a server that relies on what the authorization server has seen of the agent', () => {
  const setUp = async () => {
    const attested = await startAttestedWorld(onTestFinished, { lifetime: 3600 })
    attested.world.notes.attestation = undefined
    attested.world.notes.agentClaim = 'required'
    return attested
  }

  it('is called with a new token when that has lapsed', async () => {
    const { world, agent } = await setUp()
    const { fetch } = await agent()
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    world.time += 300
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(world.authorization.agents).toHaveLength(2)
  })

  it('cannot make the agent fetch tokens before', async () => {
    const { world, agent } = await setUp()
    const { fetch } = await agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.notes.intercept = () => forbidden('invalid_client_attestation')
    for (let calls = 0; calls < 3; calls += 1) {
      expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(403)
    }
    expect(world.authorization.agents).toHaveLength(1)
  })
})

describe('a client that authenticates by its attestation alone', () => {
  const credentials = { clientId: 'agent', authentication: 'attestation' } as const

  it('gets its tokens with no key registered', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    world.authorization.clientAuthentication = 'attestation'
    const { fetch } = await agent({ credentials })
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    const form = world.authorization.received.at(-1)?.body
    expect([...new URLSearchParams(new TextDecoder().decode(form)).keys()]).toEqual([
      'grant_type',
      'resource',
      'scope',
      'client_id',
    ])
  })

  it('asks for none while its source fails, though the server can do without for others', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    const { fetch } = await agent({ credentials, attestation: failing })
    const call = fetch(world.notes.endpoint, toolCall('read_notes'))
    await expect(call).rejects.toMatchObject({ code: 'attestation_unavailable' })
    expect(shown(world.authorization, '/token')).toEqual([])
  })

  it.each([
    ['names other methods', { token_endpoint_auth_methods_supported: ['private_key_jwt'] }],
    ['does not take the combined mode', { client_attestation_pop_methods_supported: ['attestation_pop_jwt'] }],
  ])('does not ask a server that %s', async (_name, metadata) => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    world.authorization.metadata = metadata
    const { fetch } = await agent({ credentials })
    const call = fetch(world.notes.endpoint, toolCall('read_notes'))
    await expect(call).rejects.toMatchObject({ code: 'client_authentication_unsupported' })
    expect(shown(world.authorization, '/token')).toEqual([])
  })

  it('is a misconfiguration without a source, at once or when the credentials are found', async () => {
    const world = await startWorld(onTestFinished)
    await expect(world.agent({ credentials })).rejects.toMatchObject({ code: 'misconfigured' })
    const { fetch } = await world.agent({ credentials: async () => credentials })
    const call = fetch(world.notes.endpoint, toolCall('read_notes'))
    await expect(call).rejects.toMatchObject({ code: 'misconfigured' })
  })

  it('cannot be used through a provider', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    world.notes.contentDigest = false
    const authProvider = (await agent({ credentials })).provider(world.notes.endpoint)
    const transport = new StreamableHTTPClientTransport(new URL(world.notes.endpoint), { authProvider })
    await transport.start()
    const sent = transport.send(JSON.parse(String(toolCall('read_notes').body)))
    await expect(sent).rejects.toMatchObject({ code: 'client_authentication_unsupported' })
  })
})

describe('A3: an attestation that somebody else captured', () => {
  it('is worth nothing to them: it is for the key that the agent proves, and that key stays inside', async () => {
    const { world, agent } = await startAttestedWorld(onTestFinished)
    const { fetch } = await agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const captured = shown(world.notes, '/mcp').at(-1) ?? ''
    expect(decodeProtectedHeader(captured).typ).toBe('oauth-client-attestation+jwt')

    const thief = await world.agent({ attestation: vi.fn(async () => captured) })
    world.authorization.attestation = undefined
    expect((await thief.fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(403)
    // The same bytes land with a server that does not compare the keys.
    world.notes.attestation = undefined
    expect((await thief.fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })
})
