/** T7 from end to end: the agent holds a capability for one note, and a note that it reads tells it to delete another. */

import { createAgent } from '@countersign/client'
import { type Deployment, deletionByNote, detailsOf, entryFor } from '@countersign/lab'
import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { connect, eras } from '../interop/eras.ts'
import { createKeyProvider } from '../interop/key-provider.ts'
import { useDeployment } from '../support/attack.ts'
import { injectDeletion, keepNote, obeyNotes } from '../support/obedient-agent.ts'

type Host = (deployment: Deployment, given: number) => Promise<StreamableHTTPClientTransportOptions>

/** What the agent runs on: each may read, and delete the note that was given to it, once. */
const hosts: readonly [string, Host][] = [
  [
    'our client, as a worker to whom just that was delegated',
    async ({ a, client, worker }, given) => {
      const orchestrator = await createAgent({ credentials: client, scopes: ['notes:read', 'notes:delete'] })
      const delegation = await orchestrator.delegate({
        url: a.resource,
        to: worker.clientId,
        scopes: ['notes:read'],
        capabilities: [{ tool: 'delete_note', arguments: { '/note_id': { equals: given } } }],
      })
      return { fetch: (await createAgent({ credentials: worker, delegation })).fetch }
    },
  ],
  [
    "the SDK's own client, whose host asked for just that",
    async (deployment, given) => {
      const details = detailsOf(entryFor(deployment, 'delete_note', { note_id: given }))
      return { authProvider: createKeyProvider(deployment.client, deployment.issuer, details) }
    },
  ],
]

describe.each(eras)('T7: a note orders the deletion of another, in the $era era', ({ versionNegotiation }) => {
  const obey = async (deployment: Deployment, host: Host) => {
    const given = keepNote(deployment.a.notes)
    const other = injectDeletion(deployment.a.notes)
    const mcp = await connect(deployment.a.resource, versionNegotiation, await host(deployment, given.id))
    const outcome = await obeyNotes(mcp)
    const proceed = () => mcp.callTool({ name: 'delete_note', arguments: { note_id: given.id } })
    return { outcome, given, other, proceed }
  }

  describe('against a server that asks only whether there is a capability for the tool', () => {
    const deployment = useDeployment({ capabilities: deletionByNote, weak: ['any_capability'] })
    it.each(hosts)('lands through %s', async (_name, host) => {
      const { other, given } = await obey(deployment(), host)
      expect([given.isThere(), other.isThere()]).toEqual([true, false])
    })
  })

  describe('against the hardened server', () => {
    const deployment = useDeployment({ capabilities: deletionByNote })
    it.each(hosts)('is stopped with capability_mismatch through %s, and the given note can go', async (_name, host) => {
      const { outcome, other, given, proceed } = await obey(deployment(), host)
      expect(String(outcome)).toContain('capability_mismatch')
      expect([given.isThere(), other.isThere()]).toEqual([true, true])
      await proceed()
      expect([given.isThere(), other.isThere()]).toEqual([false, true])
    })
  })
})
