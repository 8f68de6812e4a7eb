/** A17: credentials over plain HTTP, and a proxy header that says it was TLS. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTrustList } from '@countersign/attestation/trust'
import { createAttestationIssuerServer } from '@countersign/attestation-issuer'
import { createAuthorizationServer } from '@countersign/authorization-server'
import { createFastVerifier } from '@countersign/core/node'
import { createNotes, notesPolicy, notesServer } from '@countersign/notes-server'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import { closeServer, createNodeListener, hardenServer, listen } from '@countersign/resource-server/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { calculateJwkThumbprint, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modernHeaders, toolCall } from '../support/agent.ts'
import { createStrangersKey } from '../support/attestation.ts'
import { createPartner } from '../support/partner.ts'
import { type AgentKey, type Answer, createAgentKey, send, signProof } from '../support/wire.ts'

/** A public name; what answers to it here is behind a proxy that ends TLS. */
const resource = 'https://notes.example/mcp'
const issuer = 'https://auth.example'
const partner = await createPartner()
const issuerKey = await createStrangersKey()
const folder = mkdtempSync(join(tmpdir(), 'countersign-plain-'))
const notes = createNotes({ path: join(folder, 'notes.sqlite') })

const options: GuardOptions = {
  resource,
  authorizationServers: [{ issuer, jwks: { keys: [{ ...issuerKey.publicJwk, kid: 'as' }] } }],
  ...notesPolicy,
  attestation: 'required',
  trust: partner.trust,
}

/** Listens where anybody can come; yields the URL behind the proxy. */
async function serveBehind(
  trustedProxies: readonly string[],
): Promise<{ readonly http: Server; readonly url: string }> {
  const server = createGuard(options).protect(createMcpHandler(() => notesServer(notes)))
  await server.ready()
  const http = createServer()
  hardenServer(http)
  http.on('request', createNodeListener(server, { trustedProxies }))
  await listen(http, 0, '127.0.0.1')
  return { http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` }
}

function signToken(key: AgentKey, jkt: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const who = { iss: issuer, aud: resource, sub: 'agent', client_id: 'agent', jti: key.thumbprint }
  return new SignJWT({ ...who, iat: now, exp: now + 300, scope: 'notes:read', cnf: { jkt } })
    .setProtectedHeader({ typ: 'at+jwt', alg: 'Ed25519', kid: 'as' })
    .sign(issuerKey.privateKey)
}

/** A call of an honest agent whose way to the server is not TLS, whatever its headers say. */
async function callOverPlainHttp(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const key = await createAgentKey()
  const token = await signToken(key, await calculateJwkThumbprint(key.publicJwk))
  const body = toolCall('read_notes')
  const sendWith = async (nonce?: string) =>
    send(url, {
      headers: {
        ...modernHeaders(body),
        host: 'notes.example',
        authorization: `DPoP ${token}`,
        dpop: await signProof(key, { url: resource, token, content: body, ...(nonce !== undefined && { nonce }) }),
        'oauth-client-attestation': await partner.attest({ clientId: 'agent', key }),
        ...headers,
      },
      body,
    })
  const first = await sendWith()
  return first.code === 'use_dpop_nonce' ? sendWith(first.nonce) : first
}

describe('A17: a server behind a proxy that ends TLS', () => {
  const servers: Record<'gullible' | 'hardened', Awaited<ReturnType<typeof serveBehind>> | undefined> = {
    gullible: undefined,
    hardened: undefined,
  }
  beforeAll(async () => {
    servers.gullible = await serveBehind(['0.0.0.0/0'])
    servers.hardened = await serveBehind(['192.0.2.1'])
  })
  afterAll(async () => {
    for (const server of Object.values(servers)) if (server !== undefined) await closeServer(server.http, 0)
    notes.close()
    rmSync(folder, { recursive: true })
  })
  const urlOf = (name: keyof typeof servers): string => servers[name]?.url ?? ''
  const lie = { 'x-forwarded-proto': 'https' }

  it('that believes whoever says so serves over plain HTTP', async () => {
    expect((await callOverPlainHttp(urlOf('gullible'), lie)).status).toBe(200)
  })

  it.each<[string, Record<string, string>]>([
    ['plain HTTP', {}],
    ['plain HTTP, said to have been TLS', lie],
    ['plain HTTP, said to have been TLS in every other way', { forwarded: 'proto=https', 'x-forwarded-ssl': 'on' }],
    ['plain HTTP, in the name of the real proxy', { ...lie, 'x-forwarded-for': '192.0.2.1', 'x-real-ip': '192.0.2.1' }],
  ])('that believes its own proxy alone is stopped with insecure_transport: %s', async (_how, headers) => {
    const answer = await callOverPlainHttp(urlOf('hardened'), headers)
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code: 'insecure_transport' })
  })

  it('is told by its own proxy that it was plain HTTP after all', async () => {
    for (const said of ['http', 'https, http', 'HTTPS ']) {
      const answer = await callOverPlainHttp(urlOf('gullible'), { 'x-forwarded-proto': said })
      expect({ said, code: answer.code }).toEqual({ said, code: 'insecure_transport' })
    }
  })
})

describe('A17: plain HTTP in a configuration', () => {
  const plain = 'http://attest.example'
  const keys = { keys: [{ ...issuerKey.publicJwk, kid: 'as' }] }
  const database = '/nonexistent/a.sqlite'

  it.each<[string, () => unknown]>([
    ['a guarded server', () => createGuard({ ...options, resource: 'http://notes.example/mcp' })],
    ['an authorization server that is trusted', () => createGuard({ ...options, authorizationServers: [plain] })],
    ['an attestation issuer that is trusted', () => createTrustList(createFastVerifier(), [trustIn(plain, keys)])],
    ['an attestation issuer', () => createAttestationIssuerServer({ issuer: plain, database, deployments: [] })],
    ['an authorization server', () => createAuthorizationServer({ issuer: plain, database, resources: [] })],
  ])('is refused at start: %s', async (_what, start) => {
    await expect((async () => start())()).rejects.toThrow(/https/)
  })
})

function trustIn(name: string, keys: { keys: object[] }) {
  return { issuer: name, keys, level: 'provider', providers: ['example'] } as const
}
