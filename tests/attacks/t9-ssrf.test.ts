/** T9: a URL that somebody else had a hand in points inward. First with a fetch that goes where it is sent, then with ours. */
import { get } from 'node:http'
import { networkInterfaces } from 'node:os'
import { text as readText } from 'node:stream/consumers'
import { allowLoopback, createSafeFetch, FetchRefused, type Lookup } from '@countersign/core/node'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import { generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { countSockets, SECRET, useInternalServer } from '../support/internal-server.ts'

/** What a safe fetch says instead of an answer: why it refused, or that it did not. */
async function refusalOf(fetched: Promise<Response>): Promise<string> {
  try {
    return `fetched with ${(await fetched).status}`
  } catch (error) {
    return error instanceof FetchRefused ? error.reason : String(error)
  }
}

/** A client that asks the name servers and then does what they said. */
function fetchNaively(url: string, lookup: Lookup): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      agent: false as const,
      lookup: (name: string, _options: object, callback: (error: null, found: object[]) => void) =>
        void lookup(name).then((found) =>
          callback(
            null,
            [...found].map((one) => ({ ...one, family: 4 })),
          ),
        ),
    }
    get(url, options as object, (response) => resolve(readText(response))).on('error', reject)
  })
}

const hasIpv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'))

/** Ways to write this machine, each of which a fetch understands. */
const SPELLINGS = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0X7F.1',
  '017700000001',
  '0177.0.0.01',
  '0177.0x0.0.1',
  '%31%32%37.0.0.1',
  '127%2e0%2e0%2e1',
  '127。0。0。1',
  '127．0．0．1',
  '①②⑦.⓪.⓪.①',
  '12\t7.0.0.1',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '0.0.0.0',
  '0',
  '0x0',
  'localhost',
  'LocalHost',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  ...(hasIpv6 ? ['[::1]', '[0:0:0:0:0:0:0:1]', '[::]'] : []),
]

describe('T9: a URL that means this machine, however it is written', () => {
  const internal = useInternalServer({ addresses: hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'] })

  it.each(SPELLINGS)('fetch lands: http://%s', async (host) => {
    const response = await fetch(`http://${host}:${internal.port}/`)
    expect(await response.text()).toBe(SECRET)
    expect(internal.connections).toBeGreaterThan(0)
  })

  it.each([...SPELLINGS, 'user@127.0.0.1', 'auth.example@127.0.0.1', 'localhost.'])(
    'a safe fetch never connects: %s',
    async (host) => {
      const safeFetch = createSafeFetch()
      const refusals: string[] = []
      const sockets = await countSockets(async () => {
        for (const scheme of ['http', 'https']) {
          const url = `${scheme}://${host}:${internal.port}/`
          refusals.push(await refusalOf(safeFetch(url)), await refusalOf(safeFetch(new URL(url))))
        }
      })
      for (const reason of refusals) expect(['url', 'scheme', 'address']).toContain(reason)
      expect({ sockets, connections: internal.connections }).toEqual({ sockets: 0, connections: 0 })
    },
  )

  it('a safe fetch lands where it was allowed to, and at no other port', async () => {
    const origin = `http://127.0.0.1:${internal.port}`
    const sockets = await countSockets(async () => {
      expect(await (await createSafeFetch({ allow: allowLoopback([origin]) })(origin)).text()).toBe(SECRET)
    })
    expect({ sockets, connections: internal.connections }).toEqual({ sockets: 1, connections: 1 })
    const elsewhere = createSafeFetch({ allow: allowLoopback([`http://127.0.0.1:${internal.port + 1}`]) })
    expect(await refusalOf(elsewhere(origin))).toBe('scheme')
    expect(internal.connections).toBe(1)
  })
})

describe('T9: a URL that means a place inside, or the credentials of the cloud', () => {
  it.each([
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '0.1.2.3',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[::169.254.169.254]',
    '[::ffff:169.254.169.254]',
    '[::ffff:0:a9fe:a9fe]',
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b:1::169.254.169.254]',
    '[2002:a9fe:a9fe::]',
    '[2001:0:a9fe:a9fe::]',
  ])('a safe fetch never connects: %s', async (host) => {
    let reason = ''
    const sockets = await countSockets(async () => {
      reason = await refusalOf(createSafeFetch()(`https://${host}/latest/meta-data/`))
    })
    expect({ reason: ['address', 'url'].includes(reason), sockets }).toEqual({ reason: true, sockets: 0 })
  })
})

describe('T9: a name that leads inward', () => {
  const internal = useInternalServer()

  it('a client that does what the name servers say lands', async () => {
    const lookup: Lookup = async () => [{ address: '127.0.0.1' }]
    expect(await fetchNaively(`http://auth.example:${internal.port}/`, lookup)).toBe(SECRET)
  })

  it.each([
    ['alone', ['127.0.0.1']],
    ['behind a public address', ['8.8.8.8', '127.0.0.1']],
    ['before a public address', ['127.0.0.1', '8.8.8.8']],
    ['in IPv6', ['::ffff:127.0.0.1']],
    ['through NAT64', ['64:ff9b::7f00:1']],
  ])('a safe fetch never connects: %s', async (_name, addresses) => {
    const safeFetch = createSafeFetch({ lookup: async () => addresses.map((address) => ({ address })) })
    const sockets = await countSockets(async () => {
      expect(await refusalOf(safeFetch(`https://auth.example:${internal.port}/`))).toBe('address')
    })
    expect({ sockets, connections: internal.connections }).toEqual({ sockets: 0, connections: 0 })
  })
})

describe('T9: a name that changes between check and use', () => {
  // 127.0.0.2 plays the public host, and is allowed; 127.0.0.1 is what the attacker wants.
  const internal = useInternalServer()
  const outside = useInternalServer({
    addresses: ['127.0.0.2'],
    listener: (_request, response) => void response.end('public'),
  })

  /** Says something harmless once, and the truth from then on. */
  function rebinding(harmless: string) {
    const answers: string[] = []
    const lookup: Lookup = async () => {
      const address = answers.length === 0 ? harmless : '127.0.0.1'
      answers.push(address)
      return [{ address }]
    }
    return { answers, lookup }
  }

  it('a client that checks and then connects lands', async () => {
    const { lookup } = rebinding('8.8.8.8')
    const [checked] = await lookup('auth.example')
    expect(checked?.address).not.toMatch(/^(127|10|192\.168)\./)
    expect(await fetchNaively(`http://auth.example:${internal.port}/`, lookup)).toBe(SECRET)
  })

  it('a safe fetch asks once and connects to what it checked', async () => {
    const { answers, lookup } = rebinding('127.0.0.2')
    const safeFetch = createSafeFetch({ allow: ['127.0.0.2', `auth.example:${outside.port}`], lookup })
    const response = await safeFetch(`http://auth.example:${outside.port}/`)
    expect(await response.text()).toBe('public')
    expect(answers).toEqual(['127.0.0.2'])
    expect({ outside: outside.connections, internal: internal.connections }).toEqual({ outside: 1, internal: 0 })
  })

  it('a safe fetch keeps no connection and no answer: the next time it checks again', async () => {
    const { lookup } = rebinding('127.0.0.2')
    const safeFetch = createSafeFetch({ allow: ['127.0.0.2'], lookup, timeoutMs: 2_000 })
    const url = `https://auth.example:${internal.port}/`
    expect(await refusalOf(safeFetch(url))).toBe('connection')
    expect(await refusalOf(safeFetch(url))).toBe('address')
    expect(internal.connections).toBe(0)
  })
})

describe('T9: a redirect that leads inward', () => {
  const internal = useInternalServer()
  const outside = useInternalServer({
    listener: (request, response) => {
      const status = Number(request.url?.slice(1))
      response.writeHead(status, { location: `http://127.0.0.1:${internal.port}/` }).end()
    },
  })

  it.each([301, 302, 303, 307, 308])('fetch lands: %i', async (status) => {
    const response = await fetch(`http://127.0.0.1:${outside.port}/${status}`)
    expect(await response.text()).toBe(SECRET)
  })

  it.each([301, 302, 303, 307, 308])('a safe fetch never connects: %i', async (status) => {
    // Even where the inside is allowed, an answer from elsewhere is not the answer of whoever was asked.
    for (const allow of [[`127.0.0.1:${outside.port}`], ['127.0.0.1']]) {
      expect(await refusalOf(createSafeFetch({ allow })(`http://127.0.0.1:${outside.port}/${status}`))).toBe('redirect')
    }
    expect({ outside: outside.connections, internal: internal.connections }).toEqual({ outside: 2, internal: 0 })
  })
})

describe('T9: an issuer whose metadata names an internal address as the place of its keys', () => {
  const internal = useInternalServer()
  const issuer = useInternalServer({
    listener: (_request, response) => {
      const jwksUri = `http://127.0.0.1:${internal.port}/jwks`
      const metadata = { issuer: `http://127.0.0.1:${issuer.port}`, jwks_uri: jwksUri }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata))
    },
  })

  /** Shows a token of that issuer to a guard. */
  async function call(options: Partial<GuardOptions>, others: readonly string[] = []): Promise<number> {
    const url = `http://127.0.0.1:${issuer.port}`
    const resource = 'https://notes.example/mcp'
    const guard = createGuard({ resource, authorizationServers: [url, ...others], bearer: 'allowed', ...options })
    const { privateKey } = await generateKeyPair('ES256')
    const token = await new SignJWT({ client_id: 'agent', jti: '1' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'any' })
      .setIssuer(url)
      .setAudience(resource)
      .setSubject('user')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await guard.check(new Request(resource, { method: 'POST', headers, body: '{}' }))
    return answer instanceof Response ? answer.status : 200
  }

  it('a guard as it is never connects, not even where another issuer of its own lives', async () => {
    expect(await call({}, [`http://127.0.0.1:${internal.port}`])).toBe(503)
    expect(internal.connections).toBe(0)
  })
})
