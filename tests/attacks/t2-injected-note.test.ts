/** T2 from end to end: the agent holds a token for reading, and a note that it reads tells it to delete. */

import { createAgent } from '@countersign/client'
import type { Deployment } from '@countersign/lab'
import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { connect, eras } from '../interop/eras.ts'
import { createKeyProvider } from '../interop/key-provider.ts'
import { useDeployment } from '../support/attack.ts'
import { injectDeletion, obeyNotes } from '../support/obedient-agent.ts'

type Host = (deployment: Deployment) => Promise<StreamableHTTPClientTransportOptions>

/** What the agent runs on. Neither asks for more than it has: that is another attack. */
const hosts: readonly [string, Host][] = [
  [
    'our client',
    async ({ client }) => ({ fetch: (await createAgent({ credentials: client, scopes: ['notes:read'] })).fetch }),
  ],
  [
    "the SDK's own client",
    async ({ client, issuer }) => ({ authProvider: createKeyProvider(client, issuer), onInsufficientScope: 'throw' }),
  ],
]

describe.each(eras)('T2: a note orders a deletion, in the $era era', ({ versionNegotiation }) => {
  const obey = async (deployment: Deployment, host: Host) => {
    const { isThere } = injectDeletion(deployment.a.notes)
    const mcp = await connect(deployment.a.resource, versionNegotiation, await host(deployment))
    return { outcome: await obeyNotes(mcp), isThere: isThere() }
  }

  describe('against a server where one token is good for every tool', () => {
    const deployment = useDeployment({ weak: ['scope'] })
    it.each(hosts)('lands through %s', async (_name, host) => {
      expect(await obey(deployment(), host)).toMatchObject({ outcome: { structuredContent: {} }, isThere: false })
    })
  })

  describe('against the hardened server', () => {
    const deployment = useDeployment()
    it.each(hosts)('is stopped with insufficient_scope through %s', async (_name, host) => {
      expect(await obey(deployment(), host)).toMatchObject({
        outcome: { name: 'InsufficientScopeError', requiredScope: 'notes:delete' },
        isThere: true,
      })
    })
  })
})
