/** X15, from end to end in both eras: the agent is asked to delete one note, and a note talks it into fetching what it takes to delete another. */

import { type AgentOptions, type ApprovalRequest, createAgent } from '@countersign/client'
import { type Deployment, deletionByNote, entryFor, seatPerson } from '@countersign/lab'
import type { Client, ClientOptions, StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client'
import { describe, expect, it, vi } from 'vitest'
import { connect, eras } from '../interop/eras.ts'
import { createKeyProvider } from '../interop/key-provider.ts'
import { useDeployment } from '../support/attack.ts'
import { recordExchanges } from '../support/exchanges.ts'
import { injectDeletion, keepNote, obeyNotes } from '../support/obedient-agent.ts'

type Era = ClientOptions['versionNegotiation']
const unattended = { stepUp: { capabilities: ['delete_note'] } }
const deleteNote = (mcp: Client, id: number) => mcp.callTool({ name: 'delete_note', arguments: { note_id: id } })

/** A note that the agent is to delete, and one that another note wants it to delete instead. */
async function deceive(
  { a }: Deployment,
  era: Era,
  options: StreamableHTTPClientTransportOptions,
  meant = keepNote(a.notes),
) {
  const other = injectDeletion(a.notes)
  const mcp = await connect(a.resource, era, options)
  return { mcp, meant, other, outcome: await obeyNotes(mcp) }
}

const createTestAgent = ({ client }: Deployment, options: Partial<AgentOptions> = {}) =>
  createAgent({ credentials: client, ...options })

describe.each(eras)(
  'X15: asked for one note, the agent calls for another, in the $era era',
  ({ versionNegotiation: era }) => {
    describe('where nobody has to approve it at the authorization server', () => {
      const deployment = useDeployment({ capabilities: deletionByNote })

      it('lands with our agent where its operator listed the tool, for that one note', async () => {
        const agent = await createTestAgent(deployment(), unattended)
        const { meant, other } = await deceive(deployment(), era, { fetch: agent.fetch })
        expect([meant.isThere(), other.isThere()]).toEqual([true, false])
      })

      it('is stopped by our agent as it is: the 403 comes through, and the authorization server hears nothing', async () => {
        const { fetch, lines } = recordExchanges()
        const agent = await createTestAgent(deployment(), { fetch })
        const { other, outcome } = await deceive(deployment(), era, { fetch: agent.fetch })
        expect(String(outcome)).toContain('capability_required')
        expect(other.isThere()).toBe(true)
        const refused = lines.findIndex((line) => line.includes('delete_note'))
        expect(lines.slice(refused)).toEqual([
          'POST /mcp tools/call delete_note (DPoP nonce) → 403 insufficient_authorization',
        ])
      })

      it('is stopped by the person who is asked, once, with the other note before their eyes', async () => {
        const meant = keepNote(deployment().a.notes)
        const asked: ApprovalRequest[] = []
        const approve = async (request: ApprovalRequest) => {
          asked.push(request)
          return (request.arguments as { note_id?: unknown }).note_id === meant.id
        }
        const agent = await createTestAgent(deployment(), { approve })
        const { mcp, other } = await deceive(deployment(), era, { fetch: agent.fetch }, meant)
        expect(other.isThere()).toBe(true)
        expect(asked).toEqual([
          {
            method: 'tools/call',
            resource: deployment().a.resource,
            tool: 'delete_note',
            arguments: { note_id: other.id },
            scopes: [],
            capability: entryFor(deployment(), 'delete_note', { note_id: other.id }),
          },
        ])
        await deleteNote(mcp, meant.id)
        expect([meant.isThere(), other.isThere()]).toEqual([false, true])
        await expect(deleteNote(mcp, other.id)).rejects.toThrow('capability_required')
        expect(other.isThere()).toBe(true)
      })

      it("is stopped with the SDK's own client, which takes no capability, whoever asks", async () => {
        const { client, issuer } = deployment()
        const authProvider = createKeyProvider(client, issuer)
        const { other, outcome } = await deceive(deployment(), era, { authProvider })
        expect(String(outcome)).toContain('capability_required')
        expect(other.isThere()).toBe(true)
      })
    })

    describe('where a person has to approve it at the authorization server', () => {
      const deployment = useDeployment({ capabilities: { delete_note: { object: '/note_id' } } })

      it('is stopped there for an agent that acts for itself, whatever its operator listed', async () => {
        const { fetch, lines } = recordExchanges()
        const agent = await createTestAgent(deployment(), {
          ...unattended,
          scopes: ['notes:read', 'notes:delete'],
          fetch,
        })
        const { other, outcome } = await deceive(deployment(), era, { fetch: agent.fetch })
        expect(String(outcome)).toContain('capability_required')
        expect(other.isThere()).toBe(true)
        // By exchange of its token, and by its credentials.
        expect(lines.slice(lines.findIndex((line) => line.includes('delete_note')))).toEqual([
          'POST /mcp tools/call delete_note (DPoP nonce) → 403 insufficient_authorization',
          'POST /token (proof nonce) → 400 approval_required',
          'POST /token (proof nonce) → 400 approval_required',
        ])
      })

      /** The person allows reading, and looks out for what is about deleting. */
      async function obeyForPerson(approvesAll: boolean) {
        const person = seatPerson(deployment(), (page) => approvesAll || !page.includes('delete_note'))
        const credentials = { ...deployment().publicClient, authorize: person.authorize }
        const agent = await createAgent({ credentials, ...unattended })
        const deceived = await deceive(deployment(), era, { fetch: agent.fetch })
        return { ...deceived, pages: person.pages }
      }

      it('is stopped by the person on its page, which says which note', async () => {
        const { other, outcome, pages } = await obeyForPerson(false)
        expect(String(outcome)).toContain('capability_required')
        expect(other.isThere()).toBe(true)
        expect(pages).toHaveLength(2)
        expect(readSentence(pages[1])).toBe(`delete_note with note_id ${other.id}, once, within 60 seconds`)
      })

      it('lands only with a person who allows just that', async () => {
        const { meant, other, pages } = await obeyForPerson(true)
        expect(pages).toHaveLength(2)
        expect([meant.isThere(), other.isThere()]).toEqual([true, false])
      })
    })
  },
)

/** What the page says of the capability, without its markup. */
function readSentence(page = ''): string | undefined {
  return /<span class="exactly">(.*?)<\/span><\/span>/s.exec(page)?.[1]?.replaceAll(/<[^>]*>/g, '')
}

describe('X15: the answer to a call for one note says to ask for a capability for another', () => {
  const deployment = useDeployment({ capabilities: deletionByNote })

  /** Sits in the server, or before it, and writes another note's number into its challenges. */
  function lieAbout(from: number, to: number, honest: typeof fetch) {
    const told: string[] = []
    const lying: typeof fetch = async (input, init) => {
      const response = await honest(input, init)
      const challenge = response.headers.get('www-authenticate') ?? ''
      const lie = challenge.replace(/authorization_remediation="([^"]*)"/, (_whole, remediation: string) => {
        const json = Buffer.from(remediation, 'base64url').toString().replace(`"equals":${from}`, `"equals":${to}`)
        return `authorization_remediation="${Buffer.from(json).toString('base64url')}"`
      })
      if (response.status !== 403 || lie === challenge) return response
      told.push(lie)
      const headers = new Headers(response.headers)
      headers.set('www-authenticate', lie)
      return new Response(response.body, { status: response.status, headers })
    }
    return { told, lying }
  }

  it('is stopped by our agent, even unattended: nobody is asked, and nothing is asked for', async () => {
    const { a } = deployment()
    const [meant, other] = [keepNote(a.notes), keepNote(a.notes)]
    const { fetch, lines } = recordExchanges()
    const approve = vi.fn(async () => true)
    const { told, lying } = lieAbout(meant.id, other.id, fetch)
    const agent = await createTestAgent(deployment(), { ...unattended, approve, fetch: lying })
    const mcp = await connect(a.resource, { mode: 'auto' }, { fetch: agent.fetch })
    await expect(deleteNote(mcp, meant.id)).rejects.toThrow('capability_required')
    expect([meant.isThere(), other.isThere()]).toEqual([true, true])
    expect(told).toHaveLength(1)
    expect(approve).not.toHaveBeenCalled()
    expect(lines.at(-1)).toBe('POST /mcp tools/call delete_note (DPoP nonce) → 403 insufficient_authorization')
  })
})
