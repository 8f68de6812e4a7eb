import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { createLocalSigner, generateSigningJwk } from '../issue/signer.ts'
import { ISSUER, NOW } from '../testing/attestation.test-fixture.ts'
import { createState, makeTrust } from '../testing/key-server.test-fixture.ts'
import { makeSecurityEvent } from './make-security-event.ts'
import { createSecurityEventEndpoint } from './security-event-endpoint.ts'

const AUDIENCE = 'https://notes.example/mcp'
const URL_OF_ENDPOINT = 'https://notes.example/security-events'
const signer = await createLocalSigner(await generateSigningJwk())
const line = { keys: { keys: [{ ...signer.publicJwk, kid: signer.keyId }] } }
const event = await makeSecurityEvent(signer, {
  issuer: ISSUER,
  audience: AUDIENCE,
  issuedAt: NOW,
  keyThumbprint: signer.keyId,
})

function setUp() {
  const { state, broken } = createState()
  const { trust, find } = makeTrust(line, { state, clock: () => NOW })
  const endpoint = createSecurityEventEndpoint(trust, { audience: AUDIENCE })
  const post = (body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
    endpoint(
      new Request(URL_OF_ENDPOINT, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/secevent+jwt', ...headers },
      }),
    )
  return { endpoint, post, find: () => find(signer.keyId), broken }
}

describe('the endpoint of security events (RFC 8935)', () => {
  it(`${verifies('RFC8935-2.2-1')} answers 202 without content to an event that it takes, however often it comes`, async () => {
    const { post, find } = setUp()
    expect(await find()).toBe(signer.keyId)
    for (const time of [1, 2]) {
      const response = await post(event)
      expect(response.status, `time ${time}`).toBe(202)
      expect(await response.text()).toBe('')
    }
    expect(await find()).toBe('invalid_token key_revoked')
  })

  it(`${verifies('RFC8935-2.3-1', 'RFC8935-2.4-1')} says by code and one sentence why an event will never be taken, and nothing that was sent`, async () => {
    const { post, find } = setUp()
    const response = await post(`${event.slice(0, -8)}AAAAAAAA`)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await response.json()).toEqual({
      err: 'authentication_failed',
      description: 'The security event is not signed by a key that may say so.',
    })
    expect(await find()).toBe(signer.keyId)
    const nonsense = await post('secret-nonsense')
    expect(await nonsense.json()).toEqual({
      err: 'invalid_request',
      description: 'The request body is not a security event that is understood here.',
    })
  })

  it('asks for an event again that it could not remember', async () => {
    const { post, broken } = setUp()
    broken.save = true
    const response = await post(event)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30'])
  })

  it('takes POST of one media type, and no more than 16 KiB of it', async () => {
    const { endpoint, post } = setUp()
    const asked = await endpoint(new Request(URL_OF_ENDPOINT))
    expect([asked.status, asked.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await post(event, { 'content-type': 'application/json' })).status).toBe(415)
    expect((await post(event, { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await post('x'.repeat(16_385))).status).toBe(413)
    expect((await post('x'.repeat(16_384))).status).toBe(400)
    expect(
      (
        await endpoint(
          new Request(URL_OF_ENDPOINT, { method: 'POST', headers: { 'content-type': 'application/secevent+jwt' } }),
        )
      ).status,
    ).toBe(400)
    expect((await post(event, { 'content-type': 'Application/SecEvent+JWT; charset=utf-8' })).status).toBe(202)
  })

  it('stops reading a body that never ends', async () => {
    const { endpoint } = setUp()
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1024).fill(0x61))
      },
    })
    const init = {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'content-type': 'application/secevent+jwt' },
    } as const
    expect((await endpoint(new Request(URL_OF_ENDPOINT, init))).status).toBe(413)
    expect(pulled).toBeLessThan(30)
  })
})
