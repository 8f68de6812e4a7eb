/** A process that is one of the two servers, so that only its own CPU time is counted. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthorizationServer } from '@countersign/authorization-server'
import { createBareServer } from './bare-server.ts'
import { clientId, type FromServer, type ServerKind, type ServerSetup, scope, type ToServer } from './setup.ts'

const data = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
process.on('exit', () => rmSync(data, { recursive: true, force: true }))
process.on('disconnect', () => process.exit())
process.on('message', (message: ToServer) => {
  if (message !== 'cpu') return void start(message.kind, message.clientJwk)
  const { user, system } = process.cpuUsage()
  tell({ type: 'cpu', microseconds: user + system })
})

function tell(message: FromServer): void {
  process.send?.(message)
}

async function start(kind: ServerKind, clientJwk: ServerSetup['clientJwk']): Promise<void> {
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const setup = { issuer, resource: 'https://notes.example/mcp', clientJwk }
  http.on('request', kind === 'ours' ? await createOurs(setup) : createBareServer(setup))
  tell({ type: 'ready', issuer })
}

async function createOurs({ issuer, resource, clientJwk }: ServerSetup) {
  const server = await createAuthorizationServer({
    issuer,
    database: join(data, 'authorization.sqlite'),
    resources: [{ resource, scopes: { [scope]: 'Read notes' } }],
    clients: [{ clientId, grants: ['client_credentials'], jwks: { keys: [clientJwk] }, scopes: [scope] }],
  })
  return server.listener
}
