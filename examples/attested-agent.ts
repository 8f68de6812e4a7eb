/** An agent that has itself attested, and calls a tool that insists on it; with `--alone`, the same without. */
import { readFileSync } from 'node:fs'
import { attestFrom, createAgent } from '@countersign/client'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const privateJwk = JSON.parse(readFileSync('agent-key.json', 'utf8'))
const attestation = attestFrom({ issuer: 'http://127.0.0.1:7522', clientId: 'my-agent', privateJwk })

const agent = await createAgent({
  credentials: { clientId: 'my-agent', privateJwk },
  ...(process.argv.includes('--alone') ? {} : { attestation }),
})

const client = new Client({ name: 'my-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
const url = new URL('http://127.0.0.1:7521/mcp')
await client.connect(new StreamableHTTPClientTransport(url, { fetch: agent.fetch }))

console.log(JSON.stringify(await client.callTool({ name: 'list_todos' })))
console.log(JSON.stringify(await client.callTool({ name: 'clear_todos' })))
await client.close()
