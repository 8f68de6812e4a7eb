/** A12, what stands beside the attack: everybody who comes to a cold server is served by one fetch, or told to come back. */

import { createTrust, type FetchingPolicy, type Trust } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import {
  type Answering,
  callAttested,
  createStrangersKey,
  type Deployment,
  type Holder,
  type KeyServer,
  lineOf,
  obtainToken,
  publishedIssuer,
  type StrangersKey,
  signAttestation,
  startKeyServer,
  writeKeySet,
} from '@countersign/lab'
import { afterAll, describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const own = await createStrangersKey()
const slow = { document: writeKeySet({ k1: own }), after: 300 }
const opened: { readonly server: KeyServer; readonly trust: Trust }[] = []

/** A trust list that has fetched nothing yet, and the server that it will ask. */
async function startCold(answering: Answering, fetching: Partial<FetchingPolicy> = {}) {
  const server = await startKeyServer(answering)
  const trust = createTrust([lineOf({ jwksUri: server.url })], { verifier: createFastVerifier(), fetching })
  opened.push({ server, trust })
  return { server, trust }
}

afterAll(async () => {
  for (const { server, trust } of opened) {
    trust.close()
    await server.close()
  }
})

/** An attestation in the issuer's name, by whoever holds the key. */
function attestWith({ privateKey }: StrangersKey, holder: Holder, { client }: Deployment): Promise<string> {
  const attested = { clientId: client.clientId, key: holder.key }
  return signAttestation({ issuer: publishedIssuer, privateKey, keyId: 'k1' }, attested)
}

const together = await startCold(slow)

describe('A12: agents that come to a cold server together', () => {
  const deployment = useDeployment({ guard: { attestation: 'required', trust: together.trust } })

  it('wait for one fetch, and all get in', async () => {
    const holders = await Promise.all(Array.from({ length: 50 }, () => obtainToken(deployment())))
    const attestations = await Promise.all(holders.map((holder) => attestWith(own, holder, deployment())))
    const calls = holders.map((holder, index) => callAttested(holder, deployment(), attestations[index] ?? ''))
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(together.server.asked()).toBe(1)
  })
})

const mute = await startCold('silent', { timeout: 0.3, retries: 0 })

describe('A12: an attestation that nobody can judge', () => {
  const deployment = useDeployment({ guard: { attestation: 'optional', trust: mute.trust } })

  it('is none that is missing: 503 with Retry-After also where one may be left out', async () => {
    const holder = await obtainToken(deployment())
    const answer = await callAttested(holder, deployment(), await attestWith(own, holder, deployment()))
    expect(answer).toMatchObject({ status: 503, code: 'keys_unavailable' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })
})
