/** An authorization server that puts what it verified of an agent's attestation into the agent's tokens. */
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { loadTrust } from '@countersign/attestation/node'
import { createAuthorizationServer } from '@countersign/authorization-server'

const agentKey = createPublicKey({ key: JSON.parse(readFileSync('agent-key.json', 'utf8')), format: 'jwk' })

const authorization = await createAuthorizationServer({
  issuer: 'http://127.0.0.1:7520',
  database: 'authorization.sqlite',
  trust: await loadTrust('trust.json'),
  resources: [
    {
      resource: 'http://127.0.0.1:7521/mcp',
      name: 'Todos',
      scopes: { 'todos:read': 'Read your tasks', 'todos:write': 'Change your tasks' },
    },
  ],
  clients: [
    {
      clientId: 'my-agent',
      grants: ['client_credentials'],
      jwks: { keys: [agentKey.export({ format: 'jwk' })] },
      scopes: ['todos:read', 'todos:write'],
      attestation: 'preferred',
    },
  ],
})

createServer(authorization.listener).listen(7520, '127.0.0.1')
