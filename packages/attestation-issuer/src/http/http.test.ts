import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, ISSUER, makeWorld, read, root } from '../testing/issuer.test-fixture.ts'

const world = makeWorld({ root })
let server: Awaited<ReturnType<typeof world.open>>
beforeAll(async () => {
  server = await world.open()
})
afterAll(async () => {
  await server.close()
  world.remove()
})

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const post = (body: BodyInit, headers: HeadersInit = form) => ask(server, '/attest', { method: 'POST', body, headers })

describe('the metadata', () => {
  it('names every endpoint, below the issuer and nowhere else', async () => {
    const response = await ask(server, '/.well-known/attestation-issuer')
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=60')
    expect(await read(response)).toEqual({
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/jwks.json`,
      key_bundle_uri: `${ISSUER}/keys.jwt`,
      challenge_endpoint: `${ISSUER}/challenge`,
      attestation_endpoint: `${ISSUER}/attest`,
      attestation_signing_alg_values_supported: ['Ed25519'],
    })
  })

  it('says the same to a request that names another host', async () => {
    const response = await server.fetch(new Request('https://evil.example/.well-known/attestation-issuer'))
    expect(await read(response)).toMatchObject({ issuer: ISSUER, attestation_endpoint: `${ISSUER}/attest` })
  })

  it('lies between host and path of an issuer that has one', async () => {
    const below = makeWorld({ root, issuer: `${ISSUER}/tenant` })
    const other = await below.open()
    const response = await ask(other, '/.well-known/attestation-issuer/tenant')
    const { jwks_uri } = await read(response)
    expect(jwks_uri).toBe(`${ISSUER}/tenant/jwks.json`)
    expect((await other.fetch(new Request(String(jwks_uri)))).status).toBe(200)
    await other.close()
    below.remove()
  })
})

describe('every answer', () => {
  it('has its media type and forbids sniffing', async () => {
    const types: [string, string][] = [
      ['/jwks.json', 'application/jwk-set+json'],
      ['/keys.jwt', 'application/jwk-set+jwt'],
      ['/.well-known/attestation-issuer', 'application/json'],
      ['/nothing', 'application/json'],
    ]
    for (const [path, type] of types) {
      const { headers } = await ask(server, path)
      expect(headers.get('Content-Type'), path).toBe(type)
      expect(headers.get('X-Content-Type-Options'), path).toBe('nosniff')
    }
  })

  it('to HEAD is that to GET without its body', async () => {
    const response = await ask(server, '/jwks.json', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })

  it('to another path or method says so', async () => {
    expect((await ask(server, '/')).status).toBe(404)
    expect((await ask(server, '/attest/')).status).toBe(404)
    const attest = await ask(server, '/attest')
    expect([attest.status, attest.headers.get('Allow')]).toEqual([405, 'POST'])
    const jwks = await ask(server, '/jwks.json', { method: 'DELETE' })
    expect([jwks.status, jwks.headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('a body', () => {
  it('over 32 KiB is refused, and not read to its end', async () => {
    expect((await post('x='.padEnd(32_769, 'y'))).status).toBe(413)
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(new Uint8Array(1024).fill(97))
      },
    })
    const init = { method: 'POST', body: endless, headers: form, duplex: 'half' } as RequestInit
    expect((await ask(server, '/attest', init)).status).toBe(413)
    expect(sent).toBeLessThan(64)
  })

  it('that breaks off is the caller’s affair, and no fault of ours', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('gone'))
      },
    })
    const init = { method: 'POST', body: broken, headers: form, duplex: 'half' } as RequestInit
    expect((await ask(server, '/attest', init)).status).toBe(400)
    expect(world.faults).toEqual([])
  })

  it('of another type, or with a field twice, or that is no text, is refused', async () => {
    expect((await post('{}', { 'Content-Type': 'application/json' })).status).toBe(415)
    expect((await post('a=1&a=2')).status).toBe(400)
    expect((await post(new Uint8Array([0xff, 0xfe]))).status).toBe(400)
  })

  it('of whatever kind is answered with 4xx, and nothing of it comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 8, maxLength: 200, unit: 'binary' }), async (text) => {
        const response = await post(new TextEncoder().encode(text))
        expect(response.status).toBeGreaterThanOrEqual(400)
        expect(response.status).toBeLessThan(500)
        expect(await response.text()).not.toContain(text)
      }),
      { numRuns: 200 },
    )
  })
})
