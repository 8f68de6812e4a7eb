/** A server that has had enough of a client says so with 429: what our agent and the SDK's own client make of it. */

import { createAgent } from '@countersign/client'
import type { Deployment } from '@countersign/lab'
import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'
import { recordExchanges } from '../support/exchanges.ts'
import { connect, eras } from './eras.ts'
import { createKeyProvider } from './key-provider.ts'

type Host = (deployment: Deployment, send: typeof fetch) => Promise<StreamableHTTPClientTransportOptions>

const hosts: readonly [string, Host][] = [
  [
    'our agent',
    async ({ client }, send) => ({ fetch: (await createAgent({ credentials: client, fetch: send })).fetch }),
  ],
  [
    "the SDK's own client",
    async ({ client, issuer }, send) => ({ authProvider: createKeyProvider(client, issuer), fetch: send }),
  ],
]

describe.each(hosts)('%s', (_name, host) => {
  describe.each(eras)('in the $era era', ({ versionNegotiation }) => {
    const deployment = useDeployment({ guard: { rates: { perTool: { read_notes: { calls: 2, seconds: 600 } } } } })

    it('hands a call too many back, in words that say when to come again, and goes on with the rest', async () => {
      const { fetch: send, lines } = recordExchanges()
      const mcp = await connect(deployment().a.resource, versionNegotiation, await host(deployment(), send))
      const read = () => mcp.callTool({ name: 'read_notes', arguments: {} })
      await read()
      await read()
      const refused: unknown = await read().catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(Error)
      expect(String(refused)).toContain('"code":"rate_limited"')
      expect(String(refused)).toMatch(/"retry_after":\d+/)
      // Nobody tries again by itself, nor asks for another token.
      expect(lines.at(-1)).toBe('POST /mcp tools/call read_notes (DPoP nonce) → 429')
      expect(lines.filter((line) => line.includes('→ 429'))).toHaveLength(1)
      expect(await mcp.listTools()).toMatchObject({ tools: expect.any(Array) })
    })
  })
})
