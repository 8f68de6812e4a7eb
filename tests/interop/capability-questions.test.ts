/** A tool with a question of its own, behind a capability: one approval, one use, as many rounds as it takes. */
import { type ApprovalRequest, createAgent } from '@countersign/client'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { inputRequired, McpServer } from '@modelcontextprotocol/server'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { startCapabilityDeployment } from '../support/capability-deployment.ts'
import { recordExchanges } from '../support/exchanges.ts'

const question = { message: 'Really?', requestedSchema: { type: 'object', properties: {} } } as const

/** Asks twice before it deletes. */
function askingServer(deleted: number[]): McpServer {
  const server = new McpServer({ name: 'notes', version: '1' })
  const inputSchema = z.object({ note_id: z.number() })
  server.registerTool('delete_note', { inputSchema }, async ({ note_id }, { mcpReq }) => {
    const state = mcpReq.requestState<string>()
    if (state === 'twice') {
      deleted.push(note_id)
      return { content: [{ type: 'text', text: 'deleted' }] }
    }
    const inputRequests = { sure: inputRequired.elicit(question) }
    return inputRequired({ inputRequests, requestState: state === 'once' ? 'twice' : 'once' })
  })
  return server
}

it('goes on to its end under the token that it began with', async () => {
  const deleted: number[] = []
  const deployment = await startCapabilityDeployment({ approval: 'none', server: () => askingServer(deleted) })
  onTestFinished(deployment.close)
  const { fetch, lines } = recordExchanges()
  const approvals: ApprovalRequest[] = []
  const approve = async (request: ApprovalRequest) => approvals.push(request) > 0
  const agent = await createAgent({ credentials: deployment.orchestrator, approve, fetch })
  const versionNegotiation = { mode: { pin: '2026-07-28' } } as const
  const mcp = new Client({ name: 'agent', version: '1' }, { capabilities: { elicitation: {} }, versionNegotiation })
  const asked: string[] = []
  mcp.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message)
    return { action: 'accept', content: {} }
  })
  await mcp.connect(new StreamableHTTPClientTransport(new URL(deployment.resource), { fetch: agent.fetch }))
  onTestFinished(() => mcp.close())
  await mcp.callTool({ name: 'delete_note', arguments: { note_id: 42 } })
  expect({ deleted, asked, approvals: approvals.length }).toEqual({
    deleted: [42],
    asked: ['Really?', 'Really?'],
    approvals: 1,
  })
  const call = 'POST /mcp tools/call delete_note (DPoP nonce)'
  expect(lines.filter((line) => line.includes('delete_note'))).toEqual([
    `${call} → 403 insufficient_authorization`,
    `${call} → 200`,
    `${call} → 200`,
    `${call} → 200`,
  ])
})
