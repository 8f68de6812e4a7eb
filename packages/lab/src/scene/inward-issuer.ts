/** An issuer whose metadata leads inward, and a guard that trusts it: whoever fetches its keys knocks on a door inside. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@countersign/resource-server'
import { closeServer, createNodeListener, hardenServer, listen } from '@countersign/resource-server/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { SignJWT } from 'jose'
import { modernHeaders, toolCall } from './agent.ts'
import { createStrangersKey } from './attestation.ts'
import { type Answer, send } from './wire.ts'

/** The guard, and the issuer's token. */
export interface InwardIssuer {
  readonly url: string
  /** Shows a token of that issuer to the guard; a connection inside is what the attacker is after. */
  call(): Promise<Answer>
  close(): Promise<void>
}

/** Starts them; `host` is how the metadata writes this machine. The guard fetches with what is given, by default with its own. */
export async function startInwardIssuer(host: string, naiveFetch?: typeof fetch): Promise<InwardIssuer> {
  let connections = 0
  const inside = await serve((_request, response) => void response.end('the keys of the house'))
  inside.http.on('connection', () => {
    connections += 1
  })
  const issuer = await serve((request, response) => {
    const metadata = { issuer: `http://${request.headers.host}`, jwks_uri: `http://${host}:${inside.port}/jwks` }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata))
  })
  const issuerUrl = `http://127.0.0.1:${issuer.port}`
  const guarded = await serve()
  const url = `http://127.0.0.1:${guarded.port}/mcp`
  const guard = createGuard({
    resource: url,
    authorizationServers: [issuerUrl],
    bearer: 'allowed',
    ...(naiveFetch !== undefined && { fetch: naiveFetch }),
  })
  hardenServer(guarded.http)
  const handler = createMcpHandler(() => new McpServer({ name: 'notes', version: '1' }))
  guarded.http.on('request', createNodeListener(guard.protect(handler)))

  return {
    url,
    async call() {
      const body = toolCall('read_notes')
      const token = await signToken(issuerUrl, url)
      const answer = await send(url, { headers: { ...modernHeaders(body), authorization: `Bearer ${token}` }, body })
      if (connections === 0) return { ...answer, code: 'never_connects' }
      return { ...answer, status: 200, code: undefined, body: 'the guard has knocked on a door inside' }
    },
    close: async () => {
      await Promise.all([inside, issuer, guarded].map(({ http }) => closeServer(http, 0)))
    },
  }
}

async function serve(listener?: RequestListener): Promise<{ readonly http: Server; readonly port: number }> {
  const http = createServer()
  if (listener !== undefined) http.on('request', listener)
  await listen(http, 0, '127.0.0.1')
  return { http, port: (http.address() as AddressInfo).port }
}

async function signToken(issuer: string, resource: string): Promise<string> {
  const { privateKey } = await createStrangersKey()
  return new SignJWT({ client_id: 'agent', jti: crypto.randomUUID(), scope: 'notes:read' })
    .setProtectedHeader({ alg: 'Ed25519', typ: 'at+jwt', kid: 'any' })
    .setIssuer(issuer)
    .setAudience(resource)
    .setSubject('user')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)
}
