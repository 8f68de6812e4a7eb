/** A13: calls with invented key ids, as many as the attacker can send, while the key server fails. */
import { createTrust, createTrustList } from '@countersign/attestation/trust'
import { type KeyRing, parsePublicJwk, refuse } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createRemoteJWKSet, decodeProtectedHeader } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { type Holder, modernHeaders, obtainNonce, obtainToken, toolCall } from '../support/agent.ts'
import { useDeployment } from '../support/attack.ts'
import { createStrangersKey } from '../support/attestation.ts'
import type { Deployment } from '../support/deployment.ts'
import { lineOf, publishedIssuer, startKeyServer, writeKeySet } from '../support/key-server.ts'
import { signAttestation } from '../support/partner.ts'
import { signProof } from '../support/wire.ts'

const key = await createStrangersKey()
const known = parsePublicJwk(key.publicJwk)
const document = { document: writeKeySet({ k1: key }) }
const [asked, spared] = [await startKeyServer(document), await startKeyServer(document)]
const verifier = createFastVerifier()

/** Looks for every key id that it does not know, as libraries do that rest only after a fetch that succeeded. */
function createEagerRing(url: string): KeyRing {
  // The fetch that succeeded was more than its rest of 30 seconds ago.
  const remote = createRemoteJWKSet(new URL(url), { cooldownDuration: 0 })
  return {
    async find(kid, algorithm) {
      const found = await remote({ alg: algorithm, ...(kid !== undefined && { kid }) }).catch(() => undefined)
      if (found === undefined || !known.ok) return refuse('invalid_token', 'unknown_key')
      return verifier.importKey(known.value, algorithm)
    },
  }
}

const eager = createTrustList(verifier, [lineOf(createEagerRing(asked.url))])
const calm = createTrust([lineOf({ jwksUri: spared.url })], { verifier })

afterAll(async () => {
  calm.close()
  await Promise.all([asked.close(), spared.close()])
})

/** One agent's calls, on connections that are kept, each with a proof of its own. */
async function prepareCaller(deployment: Deployment) {
  const holder: Holder = await obtainToken(deployment)
  const { resource } = deployment.a
  const signer = { issuer: publishedIssuer, privateKey: key.privateKey, keyId: 'k1' }
  const good = await signAttestation(signer, { clientId: deployment.client.clientId, key: holder.key })
  const nonce = await obtainNonce(resource)
  const body = toolCall('read_notes')
  const [, payload, signature] = good.split('.')

  async function call(attestation: string): Promise<string> {
    const dpop = await signProof(holder.key, { url: resource, token: holder.token, nonce, content: body })
    const authorization = `DPoP ${holder.token}`
    const headers = { ...modernHeaders(body), authorization, dpop, 'oauth-client-attestation': attestation }
    const response = await fetch(resource, { method: 'POST', headers, body })
    const text = await response.text()
    return response.ok ? 'served' : String((JSON.parse(text) as { code?: unknown }).code)
  }

  /** The good one, under a name that nobody ever used. */
  function invent(index: number): string {
    const header = { ...decodeProtectedHeader(good), kid: `invented-${index}` }
    return [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.')
  }

  return { callGood: () => call(good), callInvented: (index: number) => call(invent(index)) }
}

const AT_ONCE = 50

/** Sends a storm, with a good call in every batch; yields what the two kinds were answered. */
async function storm(deployment: Deployment, calls: number): Promise<Record<'good' | 'invented', Set<string>>> {
  const caller = await prepareCaller(deployment)
  ;[asked.answering, spared.answering] = [document, document]
  const answers = { good: new Set([await caller.callGood()]), invented: new Set<string>() }
  ;[asked.answering, spared.answering] = ['failing', 'failing']
  for (let sent = 0; sent < calls; sent += AT_ONCE) {
    const invented = Array.from({ length: AT_ONCE }, (_, index) => caller.callInvented(sent + index))
    answers.good.add(await caller.callGood())
    for (const answer of await Promise.all(invented)) answers.invented.add(answer)
  }
  return answers
}

describe('A13: a storm of invented key ids against a failing key server', () => {
  const careless = useDeployment({ guard: { attestation: 'required', trust: eager } })
  const hardened = useDeployment({ guard: { attestation: 'required', trust: calm } })

  it('falls on the key server where each is looked for, once those who ask together were answered', async () => {
    await storm(careless(), 500)
    expect(asked.asked()).toBeGreaterThan(20)
  })

  it('of 10,000 calls costs five fetches a minute at most, and every good call goes on', async () => {
    const began = Date.now()
    const answers = await storm(hardened(), 10_000)
    expect(answers).toEqual({ good: new Set(['served']), invented: new Set(['attestation_invalid']) })
    const minutes = Math.ceil((Date.now() - began) / 60_000)
    expect(spared.asked()).toBeLessThanOrEqual(5 * minutes)
    expect(spared.asked()).toBeGreaterThan(1)
  }, 180_000)
})
