/** A6: the weaker of the two carriages is picked, so that less is looked at. */
import { randomUUID } from 'node:crypto'
import { createTrustList, type TrustEntry } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { type CryptoKey, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { type Holder, obtainNonce, obtainToken } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import { attestedAs, createStrangersKey } from '../support/attestation.ts'
import { callAttested } from '../support/attested-call.ts'
import type { Deployment } from '../support/deployment.ts'
import { createSessionfulHandler } from '../support/sessionful-handler.ts'
import { type Answer, send, signProof } from '../support/wire.ts'

const [legacyKey, boundKey] = [await createStrangersKey(), await createStrangersKey()]
const legacyLine: TrustEntry = {
  issuer: 'https://legacy.example',
  keys: { keys: [{ ...legacyKey.publicJwk, kid: 'k1' }] },
  level: 'provider',
  providers: ['example'],
  trustDomain: 'legacy.example',
  legacy: true,
}
const boundLine: TrustEntry = {
  issuer: 'https://bound.example',
  keys: { keys: [{ ...boundKey.publicJwk, kid: 'k1' }] },
  level: 'provider',
  providers: ['example'],
  trustDomain: 'bound.example',
}
const trust = createTrustList(createFastVerifier(), [legacyLine, boundLine])
const common = { durable: true, handler: createSessionfulHandler } as const

/** A token of that carriage, by whoever holds the key; claims may be bent. */
function signLegacy(
  privateKey: CryptoKey,
  { a }: Deployment,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: legacyLine.issuer,
    sub: 'spiffe://legacy.example/model/m',
    aud: a.resource,
    iat: now,
    nbf: now,
    exp: now + 300,
    jti: randomUUID(),
    agent_identity: attestedAs.identity,
    attestation_metadata: { ...attestedAs.metadata, attestation_version: '0.1.0' },
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: 'k1' })
    .sign(privateKey)
}

/** A request of an older protocol version, proven by the holder. */
async function post({ token, key }: Holder, { a }: Deployment, body: string, session?: string): Promise<Answer> {
  const dpop = await signProof(key, { url: a.resource, token, nonce: await obtainNonce(a.resource), content: body })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
    authorization: `DPoP ${token}`,
    dpop,
    ...(session !== undefined && { 'mcp-session-id': session }),
  }
  return send(a.resource, { headers, body })
}

function initialize(token: string, capability: Readonly<Record<string, unknown>> = {}): string {
  const experimental = { 'security.attestation': { version: '0.1.0', token, ...capability } }
  const params = { protocolVersion: '2025-11-25', capabilities: { experimental } }
  const clientInfo = { name: 'test', version: '1' }
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { ...params, clientInfo } })
}

const readNotes = JSON.stringify({
  jsonrpc: '2.0',
  id: 2,
  method: 'tools/call',
  params: { name: 'read_notes', arguments: {} },
})

/** Attests in `initialize`, and calls a tool in the session that it began, if it did. */
async function callInSession(deployment: Deployment, token: string): Promise<Answer> {
  const holder = await obtainToken(deployment)
  const begun = await post(holder, deployment, initialize(token))
  const session = begun.headers['mcp-session-id']?.toString()
  return session === undefined ? begun : post(holder, deployment, readNotes, session)
}

const tool = { scopes: ['notes:read'], attestation: 'required' } as const

describeAttack({
  title: 'A6: the legacy carriage, for a tool that requires an attestation',
  common: { ...common, guard: { attestation: 'preferred', trust, tools: { read_notes: tool } } },
  weakened: { weak: ['attestation_policy'] },
  run: async (deployment) => callInSession(deployment, await signLegacy(legacyKey.privateKey, deployment)),
  stoppedBy: 'attestation_required',
  status: 403,
})

/** The codes that its clients know. */
function legacyCodeOf({ body }: Answer): number | undefined {
  const data = /^data: (.*)$/m.exec(body)?.[1] ?? body
  return (JSON.parse(data) as { error?: { code?: number } }).error?.code
}

describe('A6: the legacy carriage', () => {
  const strict = useDeployment({ ...common, guard: { attestation: 'required', trust } })
  const lenient = useDeployment({ ...common, guard: { attestation: 'preferred', trust } })
  const careless = useDeployment({
    ...common,
    guard: { attestation: 'preferred', trust },
    weak: ['legacy_attestation'],
  })

  it('is good where an attestation is preferred: what follows is stopped for its own reason', async () => {
    const token = await signLegacy(legacyKey.privateKey, lenient())
    expect((await callInSession(lenient(), token)).status).toBe(200)
  })

  it('satisfies no server that requires an attestation (-32001)', async () => {
    const token = await signLegacy(legacyKey.privateKey, strict())
    expect(legacyCodeOf(await callInSession(strict(), token))).toBe(-32001)
  })

  const forgeries: readonly [string, number, (deployment: Deployment) => Promise<string>][] = [
    ['forged by a stranger', -32002, async (d) => signLegacy((await createStrangersKey()).privateKey, d)],
    [
      'of an issuer whose attestations come in the header',
      -32005,
      (d) => signLegacy(boundKey.privateKey, d, { iss: boundLine.issuer, sub: 'spiffe://bound.example/model/m' }),
    ],
    [
      'of an older version',
      -32002,
      (d) =>
        signLegacy(legacyKey.privateKey, d, {
          attestation_metadata: { ...attestedAs.metadata, attestation_version: '0.0.1' },
        }),
    ],
    ['for another server', -32002, (d) => signLegacy(legacyKey.privateKey, d, { aud: d.b.resource })],
    ['that is over', -32003, (d) => signLegacy(legacyKey.privateKey, d, { iat: 1000, nbf: 1000, exp: 1300 })],
    [
      'of a stranger that looks like the issuer',
      -32005,
      (d) => signLegacy(legacyKey.privateKey, d, { iss: 'https://1egacy.example' }),
    ],
  ]

  it.each(forgeries)('with a token %s would pass for none, were it not judged', async (_what, _code, make) => {
    const answer = await post(await obtainToken(careless()), careless(), initialize(await make(careless())))
    expect(answer.status).toBe(200)
    expect(legacyCodeOf(answer)).toBeUndefined()
  })

  it.each(forgeries)('with a token %s is refused also where one is preferred (%d)', async (_what, code, make) => {
    expect(legacyCodeOf(await callInSession(lenient(), await make(lenient())))).toBe(code)
  })

  it('is good for one use (-32004), also in somebody else’s hands', async () => {
    const token = await signLegacy(legacyKey.privateKey, lenient())
    expect((await callInSession(lenient(), token)).status).toBe(200)
    expect(legacyCodeOf(await callInSession(lenient(), token))).toBe(-32004)
  })

  it('of a version that the client made up is no reason to look less closely (-32002)', async () => {
    const body = initialize(await signLegacy(legacyKey.privateKey, lenient()), { version: '0.0.9' })
    expect(legacyCodeOf(await post(await obtainToken(lenient()), lenient(), body))).toBe(-32002)
  })

  it('is no way around the header: its tokens are refused there', async () => {
    const holder = await obtainToken(lenient())
    const token = await signLegacy(legacyKey.privateKey, lenient())
    expect((await callAttested(holder, lenient(), token)).code).toBe('attestation_invalid')
  })
})
