import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { issuerKey } from '../testing/attestation.test-fixture.ts'
import { keySet, makeTrust } from '../testing/key-server.test-fixture.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** Serves on this machine; yields its origin. */
async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const address = started.address()
  if (address === null || typeof address === 'string') throw new Error('there must be a port')
  return `http://127.0.0.1:${address.port}`
}

const GOOD = keySet({ k1: issuerKey.jwk })
const fetching = { retries: 0 }

describe('the fetch that is used unless another is given', () => {
  it('reaches the very place on this machine that was configured', async () => {
    const origin = await serve((_request, response) => void response.end(GOOD))
    const { find, trust } = makeTrust({ keys: { jwksUri: `${origin}/keys` } })
    expect(await find()).toBe(issuerKey.thumbprint)
    trust.close()
  })

  it('follows nobody elsewhere, though the platform’s own fetch would have', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/keys') response.writeHead(302, { location: '/elsewhere' }).end()
      else response.end(GOOD)
    })
    const url = `${origin}/keys`
    expect(await (await fetch(url)).text()).toBe(GOOD)
    const { find, trust } = makeTrust({ keys: { jwksUri: url } }, { fetching })
    expect(await find()).toBe('keys_unavailable redirect')
    trust.close()
  })

  it.each(['https://10.0.0.1/keys', 'https://169.254.169.254/latest', 'https://[fd00::1]/keys'])(
    'never connects to %s, inside of the network',
    async (jwksUri) => {
      const { find, trust } = makeTrust({ keys: { jwksUri } }, { fetching })
      expect(await find()).toBe('keys_unavailable address')
      trust.close()
    },
  )

  it('reads no more than a mebibyte', async () => {
    const origin = await serve((_request, response) => void response.end(' '.repeat(1_048_577)))
    const { find, trust } = makeTrust({ keys: { jwksUri: origin } }, { fetching })
    expect(await find()).toBe('keys_unavailable size')
    trust.close()
  })
})
