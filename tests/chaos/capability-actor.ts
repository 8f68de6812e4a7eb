/** An agent that goes about deleting note after note, each with a capability for that one, once. */
import {
  type Answer,
  attest,
  callTool,
  clientCredentials,
  createAgentKey,
  type Grounds,
  type Holder,
  obtainTokenNonce,
  postToken,
  proveToken,
  tokensOf,
  toolCall,
} from '@countersign/lab'
import { expect } from 'vitest'
import type { Actor } from './actor.ts'

/** A token with a capability for one note. */
interface Deletion {
  readonly holder: Holder
  readonly noteId: number
}

/** So many of the newest are looked at after a restart. */
const SAMPLE = 3

export async function createCapabilityActor(grounds: Grounds, attestationIssuer: string): Promise<Actor> {
  const { resource } = grounds.a
  const key = await createAgentKey()
  let used: Deletion[] = []
  let underWay: Deletion | undefined
  let acknowledged = 0
  // Of notes that nobody has: the use is spent all the same.
  let notes = 1_000_000

  const obtain = async (nonce: string): Promise<Deletion> => {
    notes++
    const limits = { arguments: { '/note_id': { equals: notes } }, uses: 1, seconds: 60 }
    const details = [{ type: 'mcp_tool', locations: [resource], tool: 'delete_note', ...limits }]
    const form = { ...(await clientCredentials(grounds)), authorization_details: JSON.stringify(details) }
    const answer = await postToken(grounds, form, { proof: await proveToken(grounds, key, nonce) })
    return { holder: { token: tokensOf(answer).access, key }, noteId: notes }
  }
  const remove = async ({ holder, noteId }: Deletion, attestation: string): Promise<Answer> => {
    const headers = { 'oauth-client-attestation': attestation }
    return callTool(holder, resource, toolCall('delete_note', { note_id: noteId }), headers)
  }
  const prepare = () =>
    Promise.all([obtainTokenNonce(grounds), attest(attestationIssuer, grounds.client, { key, audience: resource })])

  return {
    get acknowledged() {
      return acknowledged
    },
    async work() {
      const [nonce, attestation] = await prepare()
      for (;;) {
        const deletion = await obtain(nonce)
        underWay = deletion
        const answer = await remove(deletion, attestation)
        underWay = undefined
        if (answer.status === 200) {
          used.push(deletion)
          acknowledged++
        } else {
          // Nothing but deleting is not usual; something else is called for a while.
          expect(answer.code).toMatch(/^(approval_required|friction_blocked)$/)
          await callTool(deletion.holder, resource, toolCall('read_notes'))
        }
      }
    },
    async verify() {
      const [nonce, attestation] = await prepare()
      const expectUsed = async (deletion: Deletion) =>
        expect(await remove(deletion, attestation), 'a capability is used once').toMatchObject({
          status: 403,
          code: 'capability_exhausted',
        })
      for (const deletion of used.slice(-SAMPLE)) await expectUsed(deletion)
      if (underWay !== undefined) {
        // Whether it was used, nobody was told; now it is.
        await remove(underWay, attestation)
        await expectUsed(underWay)
      }
      const unused = await remove(await obtain(nonce), attestation)
      expect(unused.status, 'another one is good').toBe(200)
      used = []
      underWay = undefined
    },
  }
}
