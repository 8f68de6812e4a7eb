/** A call that lacks a capability, on the wire: what is asked for, what comes of it, and when it ends. */

import { createAgent } from '@countersign/client'
import {
  type Answer,
  callTool,
  deletionByNote,
  entryFor,
  obtainCapabilities,
  obtainToken,
  toolCall,
} from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { verifies } from '../requirements/verifies.ts'
import { useDeployment } from '../support/attack.ts'
import { recordExchanges } from '../support/exchanges.ts'
import { keepNote } from '../support/obedient-agent.ts'
import { connect, eras } from './eras.ts'

const deployment = useDeployment({ capabilities: deletionByNote })

const deletion = (id: number) => toolCall('delete_note', { note_id: id })

/** The parameters of the one challenge of an answer, read by nothing of ours. */
function readChallenge({ headers }: Answer): ReadonlyMap<string, string> {
  const challenge = headers['www-authenticate']
  if (typeof challenge !== 'string') throw new Error('there is not exactly one challenge')
  expect(challenge).toMatch(/^DPoP /)
  return new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
}

function decodeRemediation(answer: Answer): Record<string, unknown> {
  const text = readChallenge(answer).get('authorization_remediation') ?? ''
  expect(text).toMatch(/^[\w-]+$/)
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
}

describe('a tool that takes a capability', () => {
  it(`${verifies('RARM-4-1', 'RARM-4-2', 'RARM-4-4')} says in the challenge and in the body what to ask for`, async () => {
    const { id } = keepNote(deployment().a.notes)
    const holder = await obtainToken(deployment(), { scope: 'notes:delete' })
    const refused = await callTool(holder, deployment().a.resource, deletion(id))
    expect(refused).toMatchObject({ status: 403, code: 'capability_required' })
    expect(readChallenge(refused).get('error')).toBe('insufficient_authorization')
    const wanted = [entryFor(deployment(), 'delete_note', { note_id: id })]
    expect(decodeRemediation(refused)).toEqual({ authorization_details: wanted })
    expect(JSON.parse(refused.body)).toMatchObject({ authorization_details: wanted })
  })

  it(`${verifies('RARM-4-3')} is content with exactly that`, async () => {
    const { id, isThere } = keepNote(deployment().a.notes)
    const refused = await callTool(await obtainToken(deployment()), deployment().a.resource, deletion(id))
    const details = decodeRemediation(refused).authorization_details as object[]
    const holder = await obtainCapabilities(deployment(), details)
    expect(await callTool(holder, deployment().a.resource, deletion(id))).toMatchObject({ status: 200 })
    expect(isThere()).toBe(false)
  })

  it('asks for the same when the capability at hand is for another note, or used up', async () => {
    const [one, other] = [keepNote(deployment().a.notes).id, keepNote(deployment().a.notes).id]
    const holder = await obtainCapabilities(deployment(), [entryFor(deployment(), 'delete_note', { note_id: one })])
    const wrong = await callTool(holder, deployment().a.resource, deletion(other))
    await callTool(holder, deployment().a.resource, deletion(one))
    const again = await callTool(holder, deployment().a.resource, deletion(one))
    expect([wrong.code, again.code]).toEqual(['capability_mismatch', 'capability_exhausted'])
    expect([wrong, again].map(decodeRemediation)).toEqual(
      [other, one].map((id) => ({
        authorization_details: [entryFor(deployment(), 'delete_note', { note_id: id })],
      })),
    )
  })

  it(`${verifies('RARM-7.2.3-1')} does not stand in for a scope that another one takes`, async () => {
    const holder = await obtainToken(deployment())
    const refused = await callTool(holder, deployment().a.resource, toolCall('write_note', { text: 'hello' }))
    expect(refused).toMatchObject({ status: 403, code: 'insufficient_scope' })
    const challenge = readChallenge(refused)
    expect([challenge.get('error'), challenge.get('scope')]).toEqual(['insufficient_scope', 'notes:write'])
    expect(challenge.has('authorization_remediation')).toBe(false)
  })
})

describe.each(eras)('our agent, in the $era era', ({ versionNegotiation }) => {
  const unattended = { scopes: ['notes:read', 'notes:delete'], stepUp: { capabilities: ['delete_note'] } }
  const deletions = (lines: readonly string[]) => lines.slice(lines.findIndex((line) => line.includes('delete_note')))

  it(`${verifies('RARM-7.1.3-1')} asks for it and sends the call again`, async () => {
    const { id, isThere } = keepNote(deployment().a.notes)
    const { fetch, lines } = recordExchanges()
    const agent = await createAgent({ credentials: deployment().client, ...unattended, fetch })
    const mcp = await connect(deployment().a.resource, versionNegotiation, { fetch: agent.fetch })
    await mcp.callTool({ name: 'delete_note', arguments: { note_id: id } })
    expect(isThere()).toBe(false)
    expect(deletions(lines)).toEqual([
      'POST /mcp tools/call delete_note (DPoP nonce) → 403 insufficient_authorization',
      'POST /token (proof nonce) → 200',
      'POST /mcp tools/call delete_note (DPoP nonce) → 200',
    ])
  })

  it(`${verifies('RARM-7.3.3-1')} stops when the new token is refused like the one before`, async () => {
    const { id } = keepNote(deployment().a.notes)
    const { fetch, lines } = recordExchanges()
    let refused: Response | undefined
    // A server that is never content: once it has refused, it refuses every call in the same words.
    const stubborn: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (response.status === 403) refused = response.clone()
      const isCall = lines.at(-1)?.includes('delete_note') === true
      return isCall && refused !== undefined ? refused.clone() : response
    }
    const agent = await createAgent({ credentials: deployment().client, ...unattended, fetch: stubborn })
    const mcp = await connect(deployment().a.resource, versionNegotiation, { fetch: agent.fetch })
    await expect(mcp.callTool({ name: 'delete_note', arguments: { note_id: id } })).rejects.toThrow(
      'capability_required',
    )
    const sent = deletions(lines)
    expect(sent.filter((line) => line.includes('/token'))).toHaveLength(1)
    expect(sent.filter((line) => line.includes('delete_note'))).toHaveLength(2)
  })
})
