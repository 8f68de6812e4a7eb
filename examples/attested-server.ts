/** A guarded MCP server that asks which agent is calling, and for one tool insists on an answer. */
import { loadTrust } from '@countersign/attestation/node'
import { createGuard } from '@countersign/resource-server'
import { serve } from '@countersign/resource-server/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'

const todos = ['buy milk']

function todoServer(): McpServer {
  const server = new McpServer({ name: 'todos', version: '1.0.0' })
  server.registerTool('list_todos', { description: 'Lists what is to be done.' }, () => ({
    content: todos.map((text) => ({ type: 'text', text })),
  }))
  server.registerTool('clear_todos', { description: 'Forgets all tasks.' }, () => {
    todos.length = 0
    return { content: [{ type: 'text', text: 'Nothing left to do.' }] }
  })
  return server
}

const guard = createGuard({
  resource: 'http://127.0.0.1:7521/mcp',
  authorizationServers: ['http://127.0.0.1:7520'],
  initialScopes: ['todos:read', 'todos:write'],
  trust: await loadTrust('trust.json'),
  attestation: 'preferred',
  tools: {
    list_todos: { scopes: ['todos:read'] },
    clear_todos: {
      scopes: ['todos:write'],
      attestation: { presence: 'required', providers: ['my-company'], minimumSafetyLevel: 'standard' },
    },
  },
})

await serve(guard.protect(createMcpHandler(todoServer)), { port: 7521 })
