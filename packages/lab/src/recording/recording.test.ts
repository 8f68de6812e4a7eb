import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../scene/collector.ts'
import { send } from '../scene/wire.ts'
import { maskSecrets } from './mask.ts'
import { asAttacker, type Exchange, recordExchanges, recordedFetch } from './recording.ts'

let collector: Collector
beforeAll(async () => {
  collector = await startCollector()
})
afterAll(() => collector.close())

describe('a recording', () => {
  it('holds what was sent, by whom, with its answer, in the order of sending', async () => {
    const { result, exchanges } = await recordExchanges(async () => {
      await recordedFetch(collector.url, { method: 'POST', body: 'first' })
      await asAttacker(() => send(collector.url, { headers: { 'x-two': ['a', 'b'] }, body: 'second' }))
      return 'done'
    })
    expect(result).toBe('done')
    expect(exchanges).toMatchObject([
      { from: 'agent', method: 'POST', url: collector.url, body: 'first', answer: { status: 204 } },
      { from: 'attacker', body: 'second', headers: { 'x-two': 'a\nb' }, answer: { status: 204 } },
    ])
  })

  it('does not hold what another run sends at the same time', async () => {
    const runs = ['one', 'two'].map((body) => recordExchanges(() => send(collector.url, { body })))
    const recorded = await Promise.all(runs)
    expect(recorded.map(({ exchanges }) => exchanges.map(({ body }) => body))).toEqual([['one'], ['two']])
  })

  it('is not there outside of a run', async () => {
    expect((await send(collector.url, {})).status).toBe(204)
  })
})

const token = `eyJhbGciOiJFUzI1NiJ9.${'a'.repeat(20)}.${'b'.repeat(20)}`
const exchange: Exchange = {
  from: 'agent',
  method: 'POST',
  url: 'http://127.0.0.1/token?code=a-code-that-is-secret',
  headers: {
    authorization: `DPoP ${token}`,
    dpop: 'first-proof\nsecond-proof',
    'oauth-client-attestation': 'an-attestation',
    cookie: 'session=the-cookie-itself; _other=another-cookie',
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: new URLSearchParams({ client_assertion: 'the+assertion', password: 'pass word 99' }).toString(),
  answer: {
    status: 200,
    headers: { 'set-cookie': 'session=the-next-cookie; HttpOnly', location: '/back?code=the-second-code' },
    body: `{"access_token":"${token}","refresh_token":"the-refresh-token"}<input name="form_token" value="the-form-token">`,
  },
}

describe('a masked recording', () => {
  const [masked] = maskSecrets([exchange])
  const shown = JSON.stringify(masked)

  it('shows no secret, in no guise', () => {
    const secrets = [
      token,
      'a-code-that',
      'first-proof',
      'second-proof',
      'an-attestation',
      'cookie-itself',
      'another-cookie',
      'the+assertion',
      'the%2Bassertion',
      'pass word 99',
      'pass+word+99',
      'the-next-cookie',
      'the-second-code',
      'the-refresh-token',
      'the-form-token',
    ]
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
  })

  it('gives the same secret the same name wherever it stands', () => {
    expect(masked?.headers.authorization).toBe('DPoP ‹token 1›')
    expect(masked?.answer?.body).toContain('"access_token":"‹token 1›"')
    expect(masked?.headers.dpop).toBe('‹proof 1›\n‹proof 2›')
  })

  it('shows no token that nobody introduced', () => {
    const [bent] = maskSecrets([
      { from: 'attacker', method: 'GET', url: 'http://x/', headers: {}, body: `say ${token}!` },
    ])
    expect(bent?.body).toBe('say ‹token›!')
  })
})
