/** One tool, one note, one use: a server that asks for capabilities, an agent that gets one for its call, a worker that is handed one. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { createAuthorizationServer } from '@countersign/authorization-server'
import { createAgent } from '@countersign/client'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { createGuard } from '@countersign/resource-server'
import { serve } from '@countersign/resource-server/node'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

const issuer = 'http://127.0.0.1:7510'
const resource = 'http://127.0.0.1:7511/mcp'
const notes = new Map([41, 42, 43].map((id) => [id, `note ${id}`]))

function notesServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const inputSchema = z.object({ note_id: z.number(), comment: z.string().optional() })
  server.registerTool('delete_note', { description: 'Deletes a note.', inputSchema }, ({ note_id }) => {
    notes.delete(note_id)
    return { content: [{ type: 'text', text: 'Deleted.' }] }
  })
  return server
}

const capability = { object: '/note_id', free: ['/comment'], approval: 'none' } as const

const guard = createGuard({
  resource,
  authorizationServers: [issuer],
  tools: { delete_note: { scopes: ['notes:delete'], capability } },
  ledger: createSqliteLedger({ path: 'ledger.sqlite' }),
})

const keys = { agent: generateKeyPairSync('ed25519'), worker: generateKeyPairSync('ed25519') }
const publicKeys = ({ publicKey }: typeof keys.agent) => ({ keys: [publicKey.export({ format: 'jwk' })] })

const authorization = await createAuthorizationServer({
  issuer,
  database: 'authorization.sqlite',
  resources: [
    {
      resource,
      scopes: { 'notes:delete': 'Delete notes for good' },
      tools: { delete_note: { scopes: ['notes:delete'], words: 'Delete a note', capability } },
    },
  ],
  clients: [
    {
      clientId: 'agent',
      grants: ['client_credentials', 'token_exchange'],
      jwks: publicKeys(keys.agent),
      scopes: ['notes:delete'],
      delegatesTo: ['worker'],
    },
    { clientId: 'worker', grants: ['token_exchange'], jwks: publicKeys(keys.worker), scopes: ['notes:delete'] },
  ],
})
const http = createServer(authorization.listener).listen(7510, '127.0.0.1')
const served = await serve(guard.protect(createMcpHandler(notesServer)), { port: 7511 })

async function deleteNote(agent: { readonly fetch: typeof fetch }, note_id: number): Promise<void> {
  const client = new Client({ name: 'example', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { fetch: agent.fetch }))
  const call = client.callTool({ name: 'delete_note', arguments: { note_id } })
  const outcome = await call.then(
    () => 'deleted',
    () => 'refused',
  )
  console.log(`note ${note_id}: ${outcome}`)
  await client.close()
}

const agent = await createAgent({
  credentials: { clientId: 'agent', privateJwk: keys.agent.privateKey.export({ format: 'jwk' }) },
  scopes: ['notes:delete'],
  approve: async ({ tool, capability: wanted }) => {
    console.log(`${tool} wants ${JSON.stringify(wanted?.arguments)}`)
    return wanted !== undefined
  },
})
await deleteNote(agent, 41)

const delegation = await agent.delegate({
  url: resource,
  to: 'worker',
  capabilities: [{ tool: 'delete_note', arguments: { '/note_id': { equals: 42 } } }],
})

const worker = await createAgent({
  credentials: { clientId: 'worker', privateJwk: keys.worker.privateKey.export({ format: 'jwk' }) },
  delegation,
})
await deleteNote(worker, 42)
await deleteNote(worker, 43)

await served.close()
await authorization.close()
http.closeAllConnections()
http.close()
