/** An agent: what it may take by itself, and whom it asks for more. */
import { readFileSync } from 'node:fs'
import { createAgent } from '@countersign/client'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const agent = await createAgent({
  credentials: { clientId: 'my-agent', privateJwk: JSON.parse(readFileSync('agent-key.json', 'utf8')) },
  approve: async ({ tool, scopes }) => {
    console.log(`${tool} wants ${scopes.join(', ')}: approved`)
    return true
  },
})

const client = new Client({ name: 'my-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
const url = new URL('http://127.0.0.1:7501/mcp')
await client.connect(new StreamableHTTPClientTransport(url, { fetch: agent.fetch }))

await client.callTool({ name: 'add_todo', arguments: { text: 'water the plants' } })
console.log(JSON.stringify(await client.callTool({ name: 'list_todos' })))
await client.close()
