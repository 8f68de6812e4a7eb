/** Our agent, in the MCP SDK's client, against `countersign up`: it goes on to delete, but not by itself. */
import { inspect } from 'node:util'
import { type Agent, type AgentOptions, attestFrom, createAgent } from '@countersign/client'
import type { Client, StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client'
import { describe, expect, it, vi } from 'vitest'
import { type Exchanges, recordExchanges } from '../support/exchanges.ts'
import { useUp } from '../support/up.ts'
import { connect, eras } from './eras.ts'

const up = useUp()

interface Way {
  readonly way: string
  readonly options: (agent: Agent, exchanges: Exchanges) => StreamableHTTPClientTransportOptions
  /** What `approve` is told of the call: the SDK's hooks never see it. */
  readonly shown: (noteId: number) => object
  /** Whether attestations go along: they need a `fetch` of ours. */
  readonly attests: boolean
}

const ways: readonly Way[] = [
  {
    way: 'agent.fetch',
    options: (agent) => ({ fetch: agent.fetch }),
    shown: (noteId) => ({
      method: 'tools/call',
      tool: 'delete_note',
      arguments: { note_id: noteId },
      capability: expect.objectContaining({ arguments: { '/note_id': { equals: noteId } }, uses: 1, seconds: 60 }),
    }),
    attests: true,
  },
  {
    way: 'agent.provider, for hosts that take only an OAuthClientProvider',
    options: (agent, { fetch }) => ({ authProvider: agent.provider(up().resource), fetch }),
    shown: () => ({}),
    attests: false,
  },
]

describe.each(eras)('our agent in the $era era', ({ versionNegotiation }) => {
  describe.each(ways)('through $way', ({ options, shown, attests }) => {
    async function start(policy: Partial<AgentOptions> = {}) {
      const { client, resource, attestationIssuer: issuer } = up()
      const exchanges = recordExchanges()
      const stepUp = { scopes: ['notes:write'] }
      const attestation = attestFrom({ issuer, ...client })
      const agent = await createAgent({ credentials: client, stepUp, attestation, fetch: exchanges.fetch, ...policy })
      const mcp = await connect(resource, versionNegotiation, options(agent, exchanges))
      return { ...exchanges, mcp }
    }

    const deletesOnceApproved = async () => {
      const approve = vi.fn(async () => true)
      const { mcp, lines } = await start({ approve })
      const id = await writeNote(mcp)
      expect(approve).not.toHaveBeenCalled()
      await deleteNote(mcp, id)
      expect(await listNotes(mcp)).not.toContain(id)
      const { resource } = up()
      expect(approve).toHaveBeenCalledExactlyOnceWith({ resource, scopes: [], ...shown(id) })
      // Whether this client may narrow what it holds is tried first; `up` lets it ask for itself.
      const served = lines.filter((line) => !line.includes('→ 400'))
      expect(served.slice(served.findIndex((line) => line.includes('delete_note')))).toEqual([
        'POST /mcp tools/call delete_note (DPoP nonce) → 403 insufficient_authorization',
        'POST /token (proof nonce) → 200',
        'POST /mcp tools/call delete_note (DPoP nonce) → 200',
        'POST /mcp tools/call read_notes (DPoP nonce) → 200',
      ])
    }
    const cannotDelete = async () => {
      const { mcp } = await start({ approve: async () => true })
      const id = await writeNote(mcp)
      await expect(deleteNote(mcp, id)).rejects.toThrow('attestation_required')
      expect(await listNotes(mcp)).toContain(id)
    }
    if (attests) it('deletes once a person has approved, who was asked once and shown what for', deletesOnceApproved)
    else it('deletes nothing, whoever approves: that server wants to know which agent it is', cannotDelete)

    it.each([
      ['nobody can be asked', undefined],
      ['the person refuses', async () => false],
    ])('deletes nothing when %s, and the model sees no token in the error', async (_case, approve) => {
      const { mcp, lines, secrets } = await start(approve === undefined ? {} : { approve })
      const id = await writeNote(mcp)
      const error: unknown = await deleteNote(mcp, id).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(Error)
      const visible = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
      expect(secrets.size).toBeGreaterThan(4)
      for (const secret of secrets) expect(visible).not.toContain(secret)
      expect(await listNotes(mcp)).toContain(id)
      expect(lines.filter((line) => line.startsWith('POST /token') && line.includes('notes:delete'))).toEqual([])
    })
  })
})

async function writeNote(mcp: Client): Promise<number> {
  const { structuredContent } = await mcp.callTool({ name: 'write_note', arguments: { text: 'keep me' } })
  return (structuredContent as { note: { id: number } }).note.id
}

async function deleteNote(mcp: Client, id: number): Promise<void> {
  await mcp.callTool({ name: 'delete_note', arguments: { note_id: id } })
}

/** The ids of the newest notes. */
async function listNotes(mcp: Client): Promise<readonly number[]> {
  const { structuredContent } = await mcp.callTool({ name: 'read_notes', arguments: {} })
  return (structuredContent as { notes: { id: number }[] }).notes.map(({ id }) => id)
}
