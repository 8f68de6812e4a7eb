/** A11: whoever has the key server for a minute puts in a key of their own, or serves an older bundle again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTrustFolder } from '@countersign/attestation/node'
import { createTrust, type Trust, type TrustOptions } from '@countersign/attestation/trust'
import type { AttestationEvent } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { afterAll, expect } from 'vitest'
import { obtainToken } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { createStrangersKey, type StrangersKey } from '../support/attestation.ts'
import { callAttested } from '../support/attested-call.ts'
import type { Deployment } from '../support/deployment.ts'
import { createBundleRoot, lineOf, publishedIssuer, startKeyServer, writeKeySet } from '../support/key-server.ts'
import { signAttestation } from '../support/partner.ts'
import type { Answer } from '../support/wire.ts'

const [good, bad] = [await createStrangersKey(), await createStrangersKey()]
const [root, intruder] = [await createBundleRoot(), await createBundleRoot()]
const [plain, signed, old] = [
  await startKeyServer({ document: writeKeySet({ good }) }),
  await startKeyServer({ document: await root.sign(1, { good }) }),
  await startKeyServer({ document: await root.sign(2, { good }, { bad }) }),
]
const folder = mkdtempSync(join(tmpdir(), 'countersign-trust-'))
const events: AttestationEvent[] = []

const trustIn = (keys: Parameters<typeof lineOf>[0], options: Partial<TrustOptions> = {}): Trust =>
  createTrust([lineOf(keys)], { verifier: createFastVerifier(), events: (event) => events.push(event), ...options })
const pinned = (url: string) => ({ bundle: { url, root: root.publicJwk } })
const opened: Trust[] = []

afterAll(async () => {
  for (const trust of opened) trust.close()
  await Promise.all([plain, signed, old].map((server) => server.close()))
  rmSync(folder, { recursive: true })
})

/** An agent of the deployment's client, attested under one of the two keys. */
async function callAs(deployment: Deployment, keyId: string, { privateKey }: StrangersKey): Promise<Answer> {
  const holder = await obtainToken(deployment)
  const { clientId } = deployment.client
  const attested = { clientId, key: holder.key }
  const attestation = await signAttestation({ issuer: publishedIssuer, privateKey, keyId }, attested)
  return callAttested(holder, deployment, attestation)
}

const [unsigned, sealed] = [trustIn({ jwksUri: plain.url }), trustIn(pinned(signed.url))]
opened.push(unsigned, sealed)

describeAttack({
  title: 'A11: a key of the attacker’s own, in the key set for a minute',
  common: { guard: { attestation: 'required', trust: sealed } },
  weakened: { guard: { trust: unsigned } },
  async run(deployment) {
    // Both servers know the good keys before the intruder comes.
    expect((await callAs(deployment, 'good', good)).status).toBe(200)
    plain.answering = { document: writeKeySet({ good, bad }) }
    signed.answering = { document: await intruder.sign(2, { good, bad }) }
    return callAs(deployment, 'bad', bad)
  },
  stoppedBy: 'attestation_invalid',
  status: 403,
  async aftermath(deployment, landed) {
    plain.answering = { document: writeKeySet({ good }) }
    signed.answering = { document: await root.sign(2, { good }) }
    if (landed) {
      // The repair alone helps nobody who has the bad key in memory.
      expect((await callAs(deployment, 'bad', bad)).status).toBe(200)
      await unsigned.invalidate()
    } else {
      expect(events).toContainEqual(expect.objectContaining({ type: 'key_bundle_refused', code: 'bundle_invalid' }))
    }
    expect((await callAs(deployment, 'good', good)).status).toBe(200)
    expect((await callAs(deployment, 'bad', bad)).code).toBe('attestation_invalid')
  },
})

/** Yesterday the key that was stolen was still in the bundle; today a newer one has taken it back. */
const yesterday = await root.sign(1, { good, bad })
const before = trustIn(pinned(old.url), { state: createTrustFolder(folder) })
await before.ready()
before.close()
old.answering = { document: yesterday }
const [forgetful, remembering] = [
  trustIn(pinned(old.url)),
  trustIn(pinned(old.url), { state: createTrustFolder(folder) }),
]
opened.push(forgetful, remembering)

describeAttack({
  title: 'A11: after a restart, the older bundle with the stolen key in it',
  common: { guard: { attestation: 'required', trust: remembering } },
  weakened: { guard: { trust: forgetful } },
  run: (deployment) => callAs(deployment, 'bad', bad),
  stoppedBy: 'attestation_invalid',
  status: 403,
  aftermath: async (deployment) => expect((await callAs(deployment, 'good', good)).status).toBe(200),
})

const running = await startKeyServer({ document: await root.sign(2, { good }, { bad }) })
const watchful = trustIn(pinned(running.url))
const restarted = trustIn(pinned(running.url))
await watchful.ready()
running.answering = { document: yesterday }
opened.push(watchful, restarted)
afterAll(() => running.close())

describeAttack({
  title: 'A11: while the server runs, the older bundle with the stolen key in it',
  common: { guard: { attestation: 'required', trust: watchful } },
  // What knows of no newer bundle is as good as one that compares no numbers.
  weakened: { guard: { trust: restarted } },
  async run(deployment) {
    // A key that nobody knows makes the guard look again, whenever the attacker wants.
    await callAs(deployment, 'unknown', bad)
    return callAs(deployment, 'bad', bad)
  },
  stoppedBy: 'attestation_invalid',
  status: 403,
  aftermath(_deployment, landed) {
    const refused = events.filter((event) => event.type === 'key_bundle_refused' && event.code === 'bundle_rollback')
    if (!landed) expect(refused.length).toBeGreaterThan(0)
  },
})
