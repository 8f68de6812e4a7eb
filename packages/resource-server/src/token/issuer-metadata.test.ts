import { describe, expect, it } from 'vitest'
import { start } from '../testing/issuer.test-fixture.ts'
import { useServedIssuer } from '../testing/served-issuer.test-fixture.ts'
import { createIssuerMetadata, readEndpoint } from './issuer-metadata.ts'

const { origin, answers, asked } = useServedIssuer()
const path = '/.well-known/oauth-authorization-server'
const failed = (reason: string) => expect.objectContaining({ name: 'FetchFailed', reason })

/** Metadata on a clock that the test moves. */
function createMetadata() {
  const time = { now: start }
  return { metadata: createIssuerMetadata(origin(), fetch, () => time.now), time }
}

describe('RFC 8414 §3: the metadata of an issuer', () => {
  it('is read once by all who want it, and again when what is known is too old for somebody', async () => {
    answers.set(path, { issuer: origin(), version: 1 })
    const { metadata, time } = createMetadata()
    expect(metadata.current()).toBeUndefined()
    const loaded = await Promise.all(Array.from({ length: 10 }, () => metadata.load(0)))
    expect(new Set(loaded.map(({ version }) => version))).toEqual(new Set([1]))
    expect(asked).toHaveLength(1)
    answers.set(path, { issuer: origin(), version: 2 })
    time.now += 60
    expect(await metadata.load(60)).toMatchObject({ version: 1 })
    expect(await metadata.load(59)).toMatchObject({ version: 2 })
  })

  it('serves while it is read again, from five minutes on', async () => {
    answers.set(path, { issuer: origin(), version: 1 })
    const { metadata, time } = createMetadata()
    await metadata.load(0)
    answers.set(path, { issuer: origin(), version: 2 })
    time.now += 300
    expect(metadata.current()).toMatchObject({ version: 1 })
    expect(asked).toHaveLength(1)
    time.now += 1
    expect(metadata.current()).toMatchObject({ version: 1 })
    await expect.poll(() => metadata.current()).toMatchObject({ version: 2 })
    expect(asked).toHaveLength(2)
  })

  it('is left alone for a second after a failure, and what was known goes on serving', async () => {
    answers.set(path, { issuer: origin() })
    const { metadata, time } = createMetadata()
    await metadata.load(0)
    answers.set(path, { issuer: 'https://other.example' })
    time.now += 3600
    await expect(metadata.load(0)).rejects.toEqual(failed('issuer_mismatch'))
    await expect(metadata.load(0)).rejects.toEqual(failed('issuer_mismatch'))
    expect(asked).toHaveLength(2)
    expect(metadata.current()).toEqual({ issuer: origin() })
    time.now += 2
    await expect(metadata.load(0)).rejects.toEqual(failed('issuer_mismatch'))
    expect(asked).toHaveLength(3)
  })

  it('that says a thing twice says nothing', async () => {
    answers.set(path, `{"issuer":"${origin()}","jwks_uri":"https://a.example","jwks_uri":"https://b.example"}`)
    await expect(createMetadata().metadata.load(0)).rejects.toEqual(failed('status_404'))
  })
})

describe('RFC 8414 §2: an endpoint', () => {
  it('is an https URL, or http on this machine; or not there', () => {
    expect(readEndpoint({ jwks_uri: 'https://auth.example/jwks' }, 'jwks_uri')).toBe('https://auth.example/jwks')
    expect(readEndpoint({}, 'jwks_uri')).toBeUndefined()
    expect(readEndpoint({}, 'constructor')).toBeUndefined()
    for (const url of ['http://auth.example/jwks', 'file:///etc/passwd', '/jwks', 7, null, ['https://auth.example']]) {
      expect(() => readEndpoint({ jwks_uri: url }, 'jwks_uri')).toThrow(failed('jwks_uri'))
    }
  })
})
