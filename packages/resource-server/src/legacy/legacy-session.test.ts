import { createTrustList } from '@countersign/attestation/trust'
import { type KeyRing, refuse } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { assembleGuard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import { type AgentKey, createAgentKey, signProof } from '../testing/agent.test-fixture.ts'
import { type Members, resource, start } from '../testing/issuer.test-fixture.ts'
import { createLegacyAttester, legacyInitialize } from '../testing/legacy-client.test-fixture.ts'
import {
  agentOf,
  attested,
  codeOf,
  createLegacyScene,
  type LegacyScene,
  lastRefusal,
  missed,
  sessionOf,
} from '../testing/legacy-scene.test-fixture.ts'
import type { RequestParts } from '../testing/scene.test-fixture.ts'
import { weakenPolicy } from '../unsafe/weakened-policy.ts'

describe.each([{ sessions: false }, { sessions: true }])(
  'a session that it began (handler with sessions: $sessions)',
  (kind) => {
    it('is attested, and any other call of the same client is not', async () => {
      const scene = await createLegacyScene({ attestation: 'preferred' }, kind)
      const session = sessionOf(await scene.initialize())
      for (const _ of [1, 2]) {
        const answer = await scene.send({ headers: { 'mcp-session-id': session } })
        expect(answer.status).toBe(200)
        expect(agentOf(scene)).toMatchObject(attested)
        // Clients take the id from any answer that has one.
        expect(answer.headers.get('mcp-session-id') ?? session).toBe(session)
      }
      expect(missed(scene)).toBe(0)
      await scene.send()
      expect(agentOf(scene)).toBeUndefined()
      expect(missed(scene)).toBe(1)
    })

    it('is known to the handler by its own name, or by none', async () => {
      const scene = await createLegacyScene({}, kind)
      const session = sessionOf(await scene.initialize())
      await scene.send({ headers: { 'mcp-session-id': session } })
      const name = scene.asked.at(-1)?.sessionId
      if (kind.sessions) expect(name).toMatch(/^[\da-f-]{36}$/)
      else expect(name).toBeNull()
    })

    it('is attested until exp, and goes on without', async () => {
      const scene = await createLegacyScene({ attestation: 'preferred' }, kind)
      const token = await scene.token({ exp: start + 3600 })
      const session = sessionOf(await scene.initialize(undefined, { token }))
      const call = () => scene.send({ token, headers: { 'mcp-session-id': session } })
      scene.now = start + 299
      await call()
      expect(agentOf(scene)).toMatchObject(attested)
      scene.now = start + 300
      expect((await call()).status).toBe(200)
      expect(agentOf(scene)).toBeUndefined()
      expect(missed(scene)).toBe(1)
    })

    it('is nobody else’s: another key, another client', async () => {
      const scene = await createLegacyScene({}, kind)
      const session = sessionOf(await scene.initialize())
      const thief = await createAgentKey()
      expect(await useSession(scene, session, { key: thief })).toBe(404)
      expect(await useSession(scene, session, { claims: { client_id: 'agent-2' } })).toBe(404)
      expect(await useSession(scene, session, {}), 'its own').toBe(200)
    })

    it('belongs to user and client alone where tokens are bound to no key', async () => {
      const scene = await createLegacyScene({ bearer: 'allowed' }, kind)
      const call = async (subject: string, parts: RequestParts) => {
        const token = await scene.token({ cnf: undefined, sub: subject })
        return scene.send({ proof: null, ...parts, headers: { ...parts.headers, authorization: `Bearer ${token}` } })
      }
      const session = sessionOf(await call('user-1', { body: legacyInitialize(await scene.attester.attest()) }))
      const headers = { 'mcp-session-id': session }
      expect((await call('user-1', { headers })).status).toBe(200)
      expect(agentOf(scene)).toMatchObject(attested)
      expect((await call('user-2', { headers })).status).toBe(404)
    })

    it('would be anybody’s without its seal', async () => {
      const create = (options: GuardOptions) => assembleGuard(options, weakenPolicy(['anyones_session']))
      const scene = await createLegacyScene({ create }, kind)
      const session = sessionOf(await scene.initialize())
      expect(await useSession(scene, session, { key: await createAgentKey() })).toBe(200)
      expect(agentOf(scene)).toMatchObject(attested)
    })

    it('is attested no more once its client has ended it', async () => {
      const scene = await createLegacyScene({}, kind)
      const headers = { 'mcp-session-id': sessionOf(await scene.initialize()) }
      await scene.send({ method: 'DELETE', headers })
      await scene.send({ headers })
      expect(agentOf(scene)).toBeUndefined()
    })

    it('ends with the key that vouched for its agent', async () => {
      const attester = await createLegacyAttester()
      const line = attester.line()
      const held = createTrustList(createFastVerifier(), [line]).find(line.issuer)?.keys
      let code: 'invalid_token' | 'keys_unavailable' | undefined
      const keys: KeyRing = {
        find: async (kid, algorithm) =>
          (code === undefined && (await held?.find(kid, algorithm))) || refuse(code ?? 'invalid_token'),
      }
      const scene = await createLegacyScene({ attesters: [{ ...line, keys }] }, kind)
      const headers = { 'mcp-session-id': sessionOf(await scene.initialize(await attester.attest())) }
      expect((await scene.send({ headers })).status).toBe(200)
      code = 'keys_unavailable'
      expect((await scene.send({ headers })).status, 'nobody can say').toBe(503)
      code = 'invalid_token'
      expect((await scene.send({ headers })).status).toBe(404)
      expect(lastRefusal(scene)).toEqual(['session_not_found', 'attestation'])
    })

    it('may be begun anew in the midst of it, and then what counts is the new token', async () => {
      const scene = await createLegacyScene({}, kind)
      const old = { 'mcp-session-id': sessionOf(await scene.initialize()) }
      const renewed = sessionOf(await scene.initialize(undefined, { headers: old }))
      expect(renewed).not.toBe(old['mcp-session-id'])
      await scene.send({ headers: old })
      expect(agentOf(scene)).toBeUndefined()
      await scene.send({ headers: { 'mcp-session-id': renewed } })
      expect(agentOf(scene)).toMatchObject(attested)
      const forged = await scene.attester.attest({ iss: 'https://stranger.example' })
      expect(await codeOf(await scene.initialize(forged, { headers: { 'mcp-session-id': renewed } }))).toBe(-32005)
    })
  },
)

/** The status of a call in this session, with another key or other claims of its token. */
async function useSession(
  scene: LegacyScene,
  session: string,
  { key = scene.agent, claims = {} }: { key?: AgentKey; claims?: Members },
): Promise<number> {
  const token = await scene.token({ cnf: { jkt: key.thumbprint }, ...claims })
  const proof = await signProof(key, {
    method: 'POST',
    url: resource,
    token,
    nonce: await scene.nonce(),
    now: scene.now,
  })
  return (await scene.send({ token, proof: null, headers: { 'mcp-session-id': session, dpop: proof } })).status
}
