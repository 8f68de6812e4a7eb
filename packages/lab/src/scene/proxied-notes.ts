/** A guarded notes server behind a proxy that ends TLS, reached without that proxy. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNotes, notesPolicy, notesServer } from '@countersign/notes-server'
import { createGuard } from '@countersign/resource-server'
import { closeServer, createNodeListener, hardenServer, listen } from '@countersign/resource-server/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { SignJWT } from 'jose'
import { modernHeaders, toolCall } from './agent.ts'
import { createStrangersKey } from './attestation.ts'
import { createPartner } from './partner.ts'
import { type AgentKey, type Answer, createAgentKey, send, signProof } from './wire.ts'

/** A public name; what answers to it here is behind the proxy. */
const resource = 'https://notes.example/mcp'
const issuer = 'https://auth.example'

/** The server, and an honest agent of it. */
export interface ProxiedNotes {
  /** Where it can be reached without the proxy. */
  readonly url: string
  /** A good call over plain HTTP, with headers that say something else, or nothing. */
  call(headers: Readonly<Record<string, string>>): Promise<Answer>
  close(): Promise<void>
}

/** Starts it on a free port; `trustedProxies` are the addresses that it believes when they say how a request came. */
export async function startProxiedNotes(trustedProxies: readonly string[]): Promise<ProxiedNotes> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-plain-'))
  const notes = createNotes({ path: join(folder, 'notes.sqlite') })
  const [partner, issuerKey] = [await createPartner(), await createStrangersKey()]
  const server = createGuard({
    resource,
    authorizationServers: [{ issuer, jwks: { keys: [{ ...issuerKey.publicJwk, kid: 'as' }] } }],
    ...notesPolicy,
    attestation: 'required',
    trust: partner.trust,
  }).protect(createMcpHandler(() => notesServer(notes)))
  await server.ready()
  const http = createServer()
  hardenServer(http)
  http.on('request', createNodeListener(server, { trustedProxies }))
  await listen(http, 0, '127.0.0.1')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`

  function signToken({ thumbprint }: AgentKey): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const who = { iss: issuer, aud: resource, sub: 'agent', client_id: 'agent', jti: thumbprint }
    return new SignJWT({ ...who, iat: now, exp: now + 300, scope: 'notes:read', cnf: { jkt: thumbprint } })
      .setProtectedHeader({ typ: 'at+jwt', alg: 'Ed25519', kid: 'as' })
      .sign(issuerKey.privateKey)
  }

  return {
    url,
    async call(headers) {
      const key = await createAgentKey()
      const token = await signToken(key)
      const body = toolCall('read_notes')
      const sendWith = async (nonce?: string): Promise<Answer> => {
        const proof = { url: resource, token, content: body, ...(nonce !== undefined && { nonce }) }
        const credentials = {
          authorization: `DPoP ${token}`,
          dpop: await signProof(key, proof),
          'oauth-client-attestation': await partner.attest({ clientId: 'agent', key }),
        }
        return send(url, {
          headers: { ...modernHeaders(body), host: 'notes.example', ...credentials, ...headers },
          body,
        })
      }
      const first = await sendWith()
      return first.code === 'use_dpop_nonce' ? sendWith(first.nonce) : first
    },
    async close() {
      await closeServer(http, 0)
      notes.close()
      rmSync(folder, { recursive: true })
    },
  }
}
