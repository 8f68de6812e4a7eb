import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { useServedIssuer } from '../testing/served-issuer.test-fixture.ts'
import { createIssuerFetch } from './issuer-fetch.ts'

const { origin, answers, asked } = useServedIssuer()
const neighbour = useServedIssuer()
const refused = (reason: string) => expect.objectContaining({ name: 'FetchRefused', reason })

describe('what is fetched for an issuer', () => {
  it('comes from this machine only where the configuration names it', async () => {
    answers.set('/metadata', { issuer: origin() })
    const url = `${origin()}/metadata`
    await expect(createIssuerFetch({ issuer: 'https://auth.example' })(url)).rejects.toEqual(refused('scheme'))
    expect(asked).toEqual([])
    for (const trust of [
      { issuer: origin() },
      { issuer: 'https://auth.example', jwksUri: `${origin()}/jwks` },
      { issuer: 'https://auth.example', revocationFeed: `${origin()}/revocations` },
      { issuer: 'https://auth.example', introspection: { endpoint: `${origin()}/ask`, clientId: 'notes' } },
      { issuer: 'https://auth.example', allowInternal: [new URL(origin()).host] },
      { issuer: 'https://auth.example', allowInternal: ['127.0.0.0/8'] },
    ]) {
      expect(await (await createIssuerFetch(trust)(url)).json()).toEqual({ issuer: origin() })
    }
  })

  it('comes from nothing else on this machine, though the issuer is on it', async () => {
    const fetcher = createIssuerFetch({ issuer: origin() })
    await expect(fetcher(`${neighbour.origin()}/secrets`)).rejects.toEqual(refused('scheme'))
    expect(neighbour.asked).toEqual([])
  })

  it.each(['http://169.254.169.254/', 'https://[::ffff:127.0.0.1]:8443/', 'https://10.0.0.1/'])(
    'does not come from %s',
    async (url) => {
      await expect(createIssuerFetch({ issuer: 'https://auth.example' })(url)).rejects.toEqual(
        expect.objectContaining({ name: 'FetchRefused' }),
      )
    },
  )

  it('cannot be allowed from a place that is none: that is a mistake of the operator', () => {
    const trust = { issuer: 'https://auth.example', allowInternal: ['https://internal'] }
    expect(() => createIssuerFetch(trust)).toThrow(ConfigurationError)
    expect(() => createIssuerFetch(trust)).toThrow('allowInternal of https://auth.example')
  })
})
