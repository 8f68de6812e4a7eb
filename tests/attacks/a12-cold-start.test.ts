/** A12: the server has just started, and whoever comes before its issuers' keys do hopes not to be asked for much. */
import { createTrust, type FetchingPolicy, type Trust } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { afterAll, describe, expect, it } from 'vitest'
import { type Holder, obtainToken } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import { createStrangersKey, type StrangersKey } from '../support/attestation.ts'
import { callAttested } from '../support/attested-call.ts'
import type { Deployment } from '../support/deployment.ts'
import {
  type Answering,
  type KeyServer,
  lineOf,
  publishedIssuer,
  startKeyServer,
  writeKeySet,
} from '../support/key-server.ts'
import { signAttestation } from '../support/partner.ts'

const [own, strangers] = [await createStrangersKey(), await createStrangersKey()]
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

const [waiting, hurried] = [await startCold(slow), await startCold(slow, { timeout: 0.01, retries: 0 })]

describeAttack({
  title: 'A12: the second request, forged, while the first one waits for the keys',
  common: { guard: { attestation: 'required', trust: waiting.trust } },
  // It waits for nothing, and takes what it can't judge for verified.
  weakened: { guard: { trust: hurried.trust }, weakAttestation: ['keys_fail_open'] },
  async run(deployment) {
    const [honest, thief] = [await obtainToken(deployment), await obtainToken(deployment)]
    const first = callAttested(honest, deployment, await attestWith(own, honest, deployment))
    const second = callAttested(thief, deployment, await attestWith(strangers, thief, deployment))
    expect((await first).status).toBe(200)
    return second
  },
  stoppedBy: 'attestation_invalid',
  status: 403,
  aftermath(_deployment, landed) {
    if (!landed) expect(waiting.server.asked()).toBe(1)
  },
})

const silent = await startCold('silent', { timeout: 0.3, retries: 0 })

describeAttack({
  title: 'A12: a forged attestation while the key server answers nobody',
  common: { guard: { attestation: 'required', trust: silent.trust } },
  weakened: { weakAttestation: ['keys_fail_open'] },
  async run(deployment) {
    const thief = await obtainToken(deployment)
    return callAttested(thief, deployment, await attestWith(strangers, thief, deployment))
  },
  stoppedBy: 'keys_unavailable',
  status: 503,
})

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
