/** An authorization server for that MCP server, with one agent that may use it. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createAuthorizationServer } from '@countersign/authorization-server'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
writeFileSync('agent-key.json', JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 })

const authorization = await createAuthorizationServer({
  issuer: 'http://127.0.0.1:7500',
  database: 'authorization.sqlite',
  resources: [
    {
      resource: 'http://127.0.0.1:7501/mcp',
      name: 'Todos',
      scopes: { 'todos:read': 'Read your tasks', 'todos:write': 'Add tasks' },
    },
  ],
  clients: [
    {
      clientId: 'my-agent',
      grants: ['client_credentials'],
      jwks: { keys: [publicKey.export({ format: 'jwk' })] },
      scopes: ['todos:read', 'todos:write'],
    },
  ],
})

createServer(authorization.listener).listen(7500, '127.0.0.1')
