/** An MCP server behind the guard: what the server does, then what each of its tools needs. */
import { createGuard } from '@countersign/resource-server'
import { serve } from '@countersign/resource-server/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

const todos = ['buy milk']

function todoServer(): McpServer {
  const server = new McpServer({ name: 'todos', version: '1.0.0' })
  server.registerTool('list_todos', { description: 'Lists what is to be done.' }, () => ({
    content: todos.map((text) => ({ type: 'text', text })),
  }))
  const inputSchema = z.object({ text: z.string().max(200) })
  server.registerTool('add_todo', { description: 'Adds a task.', inputSchema }, ({ text }) => {
    todos.push(text)
    return { content: [{ type: 'text', text: 'Added.' }] }
  })
  return server
}

const guard = createGuard({
  resource: 'http://127.0.0.1:7501/mcp',
  authorizationServers: ['http://127.0.0.1:7500'],
  initialScopes: ['todos:read'],
  tools: {
    list_todos: { scopes: ['todos:read'] },
    add_todo: { scopes: ['todos:write'], contentDigest: 'required' },
  },
})

await serve(guard.protect(createMcpHandler(todoServer)), { port: 7501 })
