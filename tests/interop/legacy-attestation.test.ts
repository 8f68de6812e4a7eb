/**
 * Clients that attest themselves in `initialize`, as the threat analysis carries it: an ordinary MCP client with one more
 * capability, which reads of the answer what such clients read. They know of no guard; the transport's `fetch` proves.
 */

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTrustList } from '@countersign/attestation/trust'
import type { GuardEvent } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createAgentKey, createSessionfulHandler, signProof } from '@countersign/lab'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { createNotes, notesPolicy, notesServer } from '@countersign/notes-server'
import { createGuard, type GuardOptions, type McpHandler } from '@countersign/resource-server'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'

const resource = 'https://notes.example/mcp'
const issuer = 'https://auth.example'
const attester = 'https://api.anthropic.com'
const provider = await generateKeyPair('Ed25519')
const authorizationServer = await generateKeyPair('Ed25519')

type Claims = Readonly<Record<string, unknown>>

/** A token with the claims, and the header, that issuers of the carriage write. */
function attest(claims: Claims = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: attester,
    sub: 'spiffe://anthropic.com/model/claude-sonnet-4-20250514',
    aud: resource,
    iat: now,
    exp: now + 300,
    nbf: now,
    jti: randomUUID(),
    agent_identity: { model_family: 'claude-4', model_version: 'claude-sonnet-4-20250514', provider: 'anthropic' },
    attestation_metadata: {
      attestation_version: '0.1.0',
      attestation_type: 'provider',
      safety_level: 'standard',
      capabilities_declared: [],
    },
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: 'anthropic-2025-01' })
    .sign(provider.privateKey)
}

/** What its clients declare. */
const declare = (token: string) => ({
  experimental: {
    'security.attestation': {
      version: '0.1.0',
      token,
      supported_algorithms: ['EdDSA'],
      attestation_types: ['provider', 'enterprise'],
    },
  },
})

/** What such a client makes of the server's capabilities: of a status that it doesn't know, nothing. */
function readVerification(experimental: Readonly<Record<string, unknown>> = {}) {
  const answer = experimental['security.attestation']
  if (typeof answer !== 'object' || answer === null || !('verification_status' in answer)) return undefined
  const { verification_status: status } = answer
  return status === 'verified' || status === 'failed' ? answer : undefined
}

/** The notes behind a guard that prefers attestations, each with a note of who called it. */
async function serve(kind: 'stateless' | 'sessionful', options: Partial<GuardOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-legacy-'))
  const notes = createNotes({ path: join(folder, 'notes.sqlite') })
  onTestFinished(() => {
    notes.close()
    rmSync(folder, { recursive: true })
  })
  const events: GuardEvent[] = []
  const line = {
    issuer: attester,
    keys: { keys: [{ ...(await exportJWK(provider.publicKey)), kid: 'anthropic-2025-01', use: 'sig', alg: 'EdDSA' }] },
    level: 'provider',
    providers: ['anthropic'],
    trustDomain: 'anthropic.com',
    legacy: true,
  } as const
  const guard = createGuard({
    resource,
    authorizationServers: [
      { issuer, jwks: { keys: [{ ...(await exportJWK(authorizationServer.publicKey)), kid: '1' }] } },
    ],
    ...notesPolicy,
    attestation: 'preferred',
    trust: createTrustList(createFastVerifier(), [line]),
    ledger: createSqliteLedger({ path: join(folder, 'ledger.sqlite') }),
    events: (event) => events.push(event),
    ...options,
  })
  const stateless: McpHandler = createMcpHandler(() => notesServer(notes))
  const server = guard.protect(kind === 'stateless' ? stateless : createSessionfulHandler(notes))
  return { fetch: await proveEach(server.fetch), events }
}

/** Sends every request with a token and a proof, and once more with the nonce that it is asked for. */
async function proveEach(serveRequest: (request: Request) => Promise<Response>): Promise<typeof fetch> {
  const key = await createAgentKey()
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    aud: resource,
    sub: 'user',
    client_id: 'agent',
    scope: 'notes:read',
    iat: now,
    exp: now + 300,
  }
  const token = await new SignJWT({ ...claims, jti: randomUUID(), cnf: { jkt: key.thumbprint } })
    .setProtectedHeader({ alg: 'Ed25519', typ: 'at+jwt', kid: '1' })
    .sign(authorizationServer.privateKey)
  let nonce: string | undefined
  const sendOnce = async (request: Request): Promise<Response> => {
    const content = { method: request.method, url: resource, token, ...(nonce !== undefined && { nonce }) }
    request.headers.set('authorization', `DPoP ${token}`)
    request.headers.set('dpop', await signProof(key, content))
    const response = await serveRequest(request)
    nonce = response.headers.get('dpop-nonce') ?? nonce
    return response
  }
  return async (input, init) => {
    const request = new Request(input, init)
    const first = await sendOnce(request.clone())
    return first.status === 401 ? sendOnce(request) : first
  }
}

type Served = Awaited<ReturnType<typeof serve>>

/** The SDK's client, as an application uses it. */
async function connect({ fetch }: Served, token: string): Promise<Client> {
  const info = { name: 'mcp', version: '0.1.0' }
  const client = new Client(info, { capabilities: declare(token), versionNegotiation: { mode: 'legacy' } })
  onTestFinished(() => client.close())
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { fetch }))
  return client
}

const missed = ({ events }: Served) => events.filter(({ type }) => type === 'attestation_missed').length

describe.each(['stateless', 'sessionful'] as const)("the SDK's client, of a %s server", (kind) => {
  it('learns that its attestation was verified, and calls tools in an attested session', async () => {
    const served = await serve(kind)
    const client = await connect(served, await attest())
    expect(readVerification(client.getServerCapabilities()?.experimental)).toEqual({
      version: '0.1.0',
      policy: 'preferred',
      trusted_issuers: [attester],
      required_claims: ['agent_identity', 'attestation_metadata'],
      verification_status: 'verified',
      trust_level: 'provider',
      verified_claims: ['agent_identity', 'attestation_metadata'],
    })
    expect(client.getServerVersion()?.name, 'what else the server says').toBeDefined()
    expect((await client.listTools()).tools.length).toBeGreaterThan(0)
    expect(await client.callTool({ name: 'read_notes', arguments: {} })).toHaveProperty('content')
    expect(missed(served)).toBe(0)
  })

  it('gets the error of its reason, as an error of the protocol', async () => {
    const served = await serve(kind)
    const token = await attest()
    await connect(served, token)
    await expect(connect(served, token)).rejects.toMatchObject({
      code: -32004,
      message: expect.stringContaining('attestation_replay'),
      data: { policy: 'preferred', trusted_issuers: [attester] },
    })
    const now = Math.floor(Date.now() / 1000)
    for (const [claims, code] of [
      [{ iss: 'https://api.anthroplc.com' }, -32005],
      [{ aud: 'https://mcp-server.example.com' }, -32002],
      [{ iat: now - 331, nbf: now - 331, exp: now - 31 }, -32003],
      [{ agent_identity: undefined }, -32006],
    ] as const) {
      await expect(connect(served, await attest(claims)), String(code)).rejects.toMatchObject({ code })
    }
    const strict = await serve(kind, { attestation: 'required' })
    await expect(connect(strict, await attest())).rejects.toMatchObject({ code: -32001 })
  })
})
