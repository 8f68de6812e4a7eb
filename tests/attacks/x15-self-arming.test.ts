/** X15, from end to end through the SDK's client and ours: the agent arms itself, and who is asked. */

import { type AgentOptions, createAgent } from '@countersign/client'
import { seatPerson } from '@countersign/lab'
import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client'
import { describe, expect, it, vi } from 'vitest'
import { connect } from '../interop/eras.ts'
import { createKeyProvider } from '../interop/key-provider.ts'
import { useDeployment } from '../support/attack.ts'
import { injectDeletion, obeyNotes } from '../support/obedient-agent.ts'

const deployment = useDeployment()

/** Connects and obeys; yields what the model gets to see at the end. */
async function connectAndObey(options: StreamableHTTPClientTransportOptions): Promise<unknown> {
  return obeyNotes(await connect(deployment().a.resource, { mode: 'auto' }, options))
}

const injectDeletionHere = () => injectDeletion(deployment().a.notes)

const createTestAgent = (options: Partial<AgentOptions> = {}) =>
  createAgent({ credentials: deployment().client, ...options })

describe('X15: a note tells the agent to delete another note', () => {
  describe('against a client that steps up unattended', () => {
    it("lands with the SDK's own client, which asks nobody", async () => {
      const { isThere } = injectDeletionHere()
      const { client, issuer } = deployment()
      await connectAndObey({ authProvider: createKeyProvider(client, issuer) })
      expect(isThere()).toBe(false)
    })
  })

  describe('against our agent as it is', () => {
    it('is stopped: the 403 comes through, and nothing is asked of the authorization server', async () => {
      const { isThere } = injectDeletionHere()
      const { fetch } = await createTestAgent()
      expect(await connectAndObey({ fetch })).toMatchObject({
        name: 'InsufficientScopeError',
        requiredScope: 'notes:delete',
      })
      expect(isThere()).toBe(true)
    })

    it('is stopped by the person who is asked, once, with the call before their eyes', async () => {
      const { isThere } = injectDeletionHere()
      const approve = vi.fn(async () => false)
      const { fetch } = await createTestAgent({ stepUp: { scopes: ['notes:write'] }, approve })
      expect(await connectAndObey({ fetch })).toMatchObject({ name: 'InsufficientScopeError' })
      expect(approve).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({
          tool: 'delete_note',
          arguments: { note_id: expect.any(Number) },
          scopes: ['notes:delete'],
        }),
      )
      expect(isThere()).toBe(true)
    })

    it("is stopped below the SDK's own step-up, through agent.provider", async () => {
      const { isThere } = injectDeletionHere()
      const agent = await createTestAgent()
      const authProvider = agent.provider(deployment().a.resource)
      expect(await connectAndObey({ authProvider })).toMatchObject({ code: 'approval_refused' })
      expect(isThere()).toBe(true)
    })
  })

  describe('against an agent that acts for a person', () => {
    /** Even a client that takes everything unattended; the person allows reading and looks out for more. */
    async function obeyForPerson(approves: (page: string) => boolean) {
      const { isThere } = injectDeletionHere()
      const person = seatPerson(deployment(), approves)
      const { fetch } = await createTestAgent({
        credentials: { ...deployment().publicClient, authorize: person.authorize },
        stepUp: { scopes: ['notes:delete'] },
      })
      return { outcome: await connectAndObey({ fetch }), pages: person.pages, isThere: isThere() }
    }

    it('is stopped on the page of the authorization server, which says what is asked for', async () => {
      const { outcome, pages, isThere } = await obeyForPerson((page) => !page.includes('notes:delete'))
      expect(pages).toEqual([
        expect.not.stringContaining('Delete notes for good'),
        expect.stringContaining('Delete notes for good'),
      ])
      expect(outcome).toMatchObject({ name: 'InsufficientScopeError' })
      expect(isThere).toBe(true)
    })

    it('lands only with a person who allows just that', async () => {
      const { pages, isThere } = await obeyForPerson(() => true)
      expect(pages).toHaveLength(2)
      expect(isThere).toBe(false)
    })
  })
})
