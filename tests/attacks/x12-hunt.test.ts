import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHunt } from '../support/secrets/hunt.ts'

const secrets = fc.string({ minLength: 16, maxLength: 80, unit: 'grapheme' })
const surroundings = fc.string({ maxLength: 20, unit: 'grapheme' })

/** Ways in which programs write what they should not. */
const guises: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  JSON: (text) => JSON.stringify({ text }),
  'JSON in JSON': (text) => JSON.stringify({ body: JSON.stringify({ text }) }),
  URL: (text) => `https://x.example/?q=${encodeURIComponent(text)}`,
  form: (text) => new URLSearchParams({ text }).toString(),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  octets: (text) => JSON.stringify(Buffer.from(text)),
}

describe('X12: the hunt', () => {
  it.each(Object.entries(guises))('finds a secret written as %s, whatever stands around it', (_name, write) => {
    fc.assert(
      fc.property(secrets, surroundings, surroundings, (secret, before, after) => {
        const hunt = createHunt()
        hunt.add('password', secret)
        const [found] = hunt.search('here', `${before}${write(before + secret + after)}${after}`)
        expect(found).toMatchObject({ kind: 'password', place: 'here' })
      }),
    )
  })

  it('finds each segment of a JWT, its id, and secrets that are octets', () => {
    const hunt = createHunt()
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const [header, payload, signature] = [encode({ alg: 'ES256' }), encode({ jti: 'one-of-a-kind' }), 'c2lnbmF0dXJl']
    hunt.add('proof', `${header}.${payload}.${signature}`)
    const key = new Uint8Array(32).fill(200)
    hunt.add('server_secret', key)
    for (const text of [header, payload, signature]) expect(hunt.search('log', text)[0]?.kind).toBe('proof')
    expect(hunt.search('log', 'id=one-of-a-kind')[0]?.kind).toBe('id')
    expect(hunt.search('file', Buffer.concat([Buffer.from('x'), key]))[0]?.kind).toBe('server_secret')
    expect(hunt.search('log', Buffer.from(key).toString('hex'))[0]?.kind).toBe('server_secret')
  })

  it('finds nothing where there is nothing, or where it belongs', () => {
    const hunt = createHunt()
    hunt.add('password', 'correct horse battery staple')
    expect(hunt.search('log', 'the weather is fine')).toEqual([])
    expect(hunt.search('user.json', 'correct horse battery staple', ['password'])).toEqual([])
  })
})
