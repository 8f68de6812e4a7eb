/** A13, which `tests/attacks` has with some hundred calls: a storm of ten thousand, against the hardened server alone. */

import { createTrust } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import {
  createStrangersKey,
  type Deployment,
  type Holder,
  lineOf,
  modernHeaders,
  obtainNonce,
  obtainToken,
  publishedIssuer,
  signAttestation,
  signProof,
  startKeyServer,
  toolCall,
  writeKeySet,
} from '@countersign/lab'
import { decodeProtectedHeader } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const key = await createStrangersKey()
const document = { document: writeKeySet({ k1: key }) }
const spared = await startKeyServer(document)

const calm = createTrust([lineOf({ jwksUri: spared.url })], { verifier: createFastVerifier() })

afterAll(async () => {
  calm.close()
  await spared.close()
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
  spared.answering = document
  const answers = { good: new Set([await caller.callGood()]), invented: new Set<string>() }
  spared.answering = 'failing'
  for (let sent = 0; sent < calls; sent += AT_ONCE) {
    const invented = Array.from({ length: AT_ONCE }, (_, index) => caller.callInvented(sent + index))
    answers.good.add(await caller.callGood())
    for (const answer of await Promise.all(invented)) answers.invented.add(answer)
  }
  return answers
}

describe('A13: a storm of invented key ids against a failing key server', () => {
  const hardened = useDeployment({ guard: { attestation: 'required', trust: calm } })

  it('of 10,000 calls costs five fetches a minute at most, and every good call goes on', async () => {
    const began = Date.now()
    const answers = await storm(hardened(), 10_000)
    expect(answers).toEqual({ good: new Set(['served']), invented: new Set(['attestation_invalid']) })
    const minutes = Math.ceil((Date.now() - began) / 60_000)
    expect(spared.asked()).toBeLessThanOrEqual(5 * minutes)
    expect(spared.asked()).toBeGreaterThan(1)
  }, 180_000)
})
