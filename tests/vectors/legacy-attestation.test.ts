/** Attestations in `initialize`: tokens as existing issuers write them, and whole exchanges through a guarded server. */

import { randomUUID } from 'node:crypto'
import { createLegacyAttestationVerifier } from '@countersign/attestation/legacy'
import { createTrustList } from '@countersign/attestation/trust'
import { createPortableVerifier, type GuardEvent, type Ledger } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createAgentKey, signProof } from '@countersign/lab'
import { createGuard } from '@countersign/resource-server'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import exchangeVectors from './attestation/legacy-exchanges.json' with { type: 'json' }
import vectors from './attestation/legacy-tokens.json' with { type: 'json' }

const { now, audience, accepted, refused, issuer, boundIssuer } = vectors
const { exchanges, handlerResult } = exchangeVectors
const lines = [
  { ...issuer, keys: issuer.jwks, level: 'provider', legacy: true },
  { ...boundIssuer, keys: boundIssuer.jwks, level: 'provider' },
] as const
const presences = ['required', 'preferred', 'optional'] as const

function createLedger(): Ledger & { readonly spent: Set<string> } {
  const spent = new Set<string>()
  return {
    lifetime: 'durable',
    spent,
    async spend(spends) {
      const exhausted = spends.find(({ key }) => spent.has(key))
      for (const { key } of spends) spent.add(key)
      return exhausted === undefined ? { spent: true } : { spent: false, exhausted: exhausted.key }
    },
  }
}

it('the vector files say where they are from', () => {
  for (const { source } of [vectors, exchangeVectors]) expect(source).toMatch(/threat analysis's carriage/)
})

describe.each([
  { name: 'fast', verifier: createFastVerifier() },
  { name: 'portable', verifier: createPortableVerifier() },
])('with the $name verifier, a token of the legacy carriage', ({ verifier }) => {
  const expected = { audience, proofThumbprint: 'none' } as const

  function setUp() {
    const ledger = createLedger()
    const trust = createTrustList(verifier, lines)
    return { ledger, ...createLegacyAttestationVerifier({ verifier, clock: () => now, trust, ledger }) }
  }

  it.each(accepted)('is accepted, once: $title ($encoder)', async ({ token }) => {
    const { verify } = setUp()
    expect(await verify(token, expected)).toMatchObject({
      ok: true,
      value: { issuer: issuer.issuer, level: 'provider', binding: 'single_use' },
    })
    expect(await verify(token, expected)).toMatchObject({ ok: false, rejection: { code: 'attestation_replay' } })
  })

  it.each(refused)('is refused: $title', async ({ token, code, reason }) => {
    const { verify, ledger } = setUp()
    expect(await verify(token, expected)).toEqual({ ok: false, rejection: expect.objectContaining({ code, reason }) })
    expect(ledger.spent.size, 'what is refused has used nothing up').toBe(0)
  })
})

/** A guarded server that answers `initialize` with the given result; `ask` yields its answer to a request. */
async function serve(presence: (typeof presences)[number]) {
  const key = await createAgentKey()
  const signer = await generateKeyPair('Ed25519')
  const jwk = { ...(await exportJWK(signer.publicKey)), kid: '1' }
  const events: GuardEvent[] = []
  const guard = createGuard({
    resource: audience,
    authorizationServers: [{ issuer: 'https://auth.example', jwks: { keys: [jwk] } }],
    attestation: presence,
    trust: createTrustList(createFastVerifier(), lines),
    ledger: createLedger(),
    clock: () => now,
    events: (event) => events.push(event),
  })
  const server = guard.protect({
    async fetch(_, options) {
      const { id = null } = (options?.parsedBody ?? {}) as { id?: unknown }
      return Response.json({ jsonrpc: '2.0', id, result: handlerResult })
    },
  })
  const claims = { iss: 'https://auth.example', aud: audience, sub: 'user', client_id: 'agent', jti: randomUUID() }
  const token = await new SignJWT({ ...claims, iat: now, exp: now + 300, cnf: { jkt: key.thumbprint } })
    .setProtectedHeader({ alg: 'Ed25519', typ: 'at+jwt', kid: '1' })
    .sign(signer.privateKey)
  async function ask(request: unknown): Promise<Response> {
    const dpop = await signProof(key, { url: audience, token, claims: { iat: now } })
    const headers = { authorization: `DPoP ${token}`, dpop, 'content-type': 'application/json' }
    return server.fetch(new Request(audience, { method: 'POST', headers, body: JSON.stringify(request) }))
  }
  return { ask, events }
}

describe('an initialize of the legacy carriage', () => {
  it.each(exchanges)('is answered: $title', async (exchange) => {
    const { ask } = await serve(presences.find((presence) => presence === exchange.policy) ?? 'required')
    const earlier = exchanges.find((_, place) => place === exchange.after)
    if (earlier !== undefined) await ask(earlier.request)
    const answer = await ask(exchange.request)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await answer.json()).toEqual(exchange.answer)
  })

  it.each(refused)('is refused with its code under every policy: $title', async ({ token, code, reason, error }) => {
    const capability = { version: '0.1.0', token }
    const params = { capabilities: { experimental: { 'security.attestation': capability } } }
    for (const presence of presences) {
      const { ask, events } = await serve(presence)
      const answer = await ask({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
      expect(await answer.json()).toMatchObject({ id: 1, error: { code: error, data: { policy: presence } } })
      expect(answer.headers.has('mcp-session-id')).toBe(false)
      // Here a proof comes with it, by another key than the one that was asked for.
      const told = reason === 'no_proof' ? 'other_key' : reason
      expect(events).toContainEqual(expect.objectContaining({ type: 'refused', code, reason: told }))
    }
  })
})
