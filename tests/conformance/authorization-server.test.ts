/** The MCP conformance suite against the authorization server. */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthorizationServer } from '@countersign/authorization-server'
import { seatPerson } from '@countersign/lab'
import { closeServer, listen } from '@countersign/resource-server/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { listScenarios, runSuite, type ScenarioResult } from './run-suite.ts'

const resource = 'http://127.0.0.1/mcp'
const user = { name: 'ada', password: 'correct horse battery staple' }

/** One whose only client is the suite, which knows no DPoP: public, and allowed bearer tokens. */
async function startServer(clientId: string) {
  const data = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  const http = createServer()
  await listen(http, 0, '127.0.0.1')
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const server = await createAuthorizationServer({
    issuer,
    database: join(data, 'authorization.sqlite'),
    resources: [{ resource, name: 'Notes', scopes: { 'notes:read': 'Read your notes' } }],
    clients: [
      {
        clientId,
        grants: ['authorization_code'],
        public: true,
        redirectUris: ['http://127.0.0.1/callback'],
        scopes: ['notes:read'],
        allowBearer: true,
      },
    ],
    users: [{ subject: 'user-ada', ...user }],
  })
  http.on('request', server.listener)
  return {
    issuer,
    async close() {
      await closeServer(http, 0)
      await server.close()
      rmSync(data, { recursive: true })
    },
  }
}

/** A port on which the suite can wait for its code. */
async function findFreePort(): Promise<number> {
  const http = createServer()
  await listen(http, 0, '127.0.0.1')
  const { port } = http.address() as AddressInfo
  await closeServer(http, 0)
  return port
}

describe('the conformance suite against the authorization server', () => {
  let results: ReadonlyMap<string, ScenarioResult>
  beforeAll(async () => {
    const { issuer, close } = await startServer('conformance')
    const person = seatPerson({ issuer, user }, () => true)
    // The suite prints the URL that a person is to open, and waits to be called back.
    const open = (line: string) => {
      if (line.startsWith(`${issuer}/`)) void person.authorize(new URL(line)).then((back) => fetch(back))
    }
    const client = ['--client-id', 'conformance', '--resource', resource, '--port', String(await findFreePort())]
    try {
      results = await runSuite(['authorization', '--url', issuer, ...client], open)
    } finally {
      await close()
    }
  }, 60_000)

  it('has these scenarios', async () => {
    expect((await listScenarios('authorization')).toSorted()).toEqual([...results.keys()].toSorted())
  })

  it('authorization-server-metadata-endpoint, but for client id metadata documents, which it does not take', () => {
    expect(results.get('authorization-server-metadata-endpoint')).toMatchObject({
      met: 1,
      faults: [{ check: 'authorization-server-metadata-cimd' }],
    })
  })

  it('authorization-code-grant', () => {
    expect(results.get('authorization-code-grant')).toMatchObject({ met: 1, faults: [] })
  })
})
