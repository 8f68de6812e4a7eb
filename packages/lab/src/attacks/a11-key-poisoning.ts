/** A11: whoever has the key server for a minute puts in a key of their own, or serves an older bundle again; a stolen key lives on. */
import assert from 'node:assert/strict'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker, recordedFetch } from '../recording/recording.ts'
import { obtainToken } from '../scene/agent.ts'
import { attestedDeployment, becomeAttested, callAttested, issuerOf } from '../scene/attested-call.ts'
import { publishedBy, type Scene } from '../scene/scene.ts'
import type { Answer } from '../scene/wire.ts'

/** An agent of the scene's client, attested under one of the two keys. */
async function callAs(scene: Scene, by: 'issuer' | 'attacker', keyId?: string): Promise<Answer> {
  const holder = await obtainToken(scene)
  const attested = { clientId: scene.client.clientId, key: holder.key }
  return callAttested(holder, scene, await publishedBy(scene).attest(by, attested, keyId))
}

const stopped = { stoppedBy: 'attestation_invalid', status: 403 } as const
const required = { guard: { attestation: 'required' } } as const

const poisoned: AttackVariant = {
  title: 'A key of the attacker’s own, in the key set for a minute',
  common: { ...required, keys: {} },
  weakened: { weakSettings: ['plain_key_set'] },
  async run(scene) {
    // Both servers know the good keys before the intruder comes.
    assert.equal((await callAs(scene, 'issuer')).status, 200)
    await publishedBy(scene).poison()
    return asAttacker(() => callAs(scene, 'attacker'))
  },
  ...stopped,
  async aftermath(scene, landed) {
    const published = publishedBy(scene)
    await published.repair()
    if (landed) {
      // The repair alone helps nobody who has the bad key in memory.
      assert.equal((await callAs(scene, 'attacker')).status, 200)
      await published.invalidate()
    } else {
      assert.ok(scene.events.some((event) => event.type === 'key_bundle_refused' && event.code === 'bundle_invalid'))
    }
    assert.equal((await callAs(scene, 'issuer')).status, 200)
    assert.equal((await callAs(scene, 'attacker')).code, 'attestation_invalid')
  },
}

const afterRestart: AttackVariant = {
  title: 'After a restart, the older bundle with the stolen key in it',
  common: { ...required, keys: { rolledBack: { newest: 'on_disk' } } },
  weakened: { weakSettings: ['older_bundles'] },
  run: (scene) => asAttacker(() => callAs(scene, 'attacker')),
  ...stopped,
  aftermath: async (scene) => assert.equal((await callAs(scene, 'issuer')).status, 200),
}

const whileRunning: AttackVariant = {
  title: 'While the server runs, the older bundle with the stolen key in it',
  common: { ...required, keys: { rolledBack: { newest: 'in_memory' } } },
  weakened: { weakSettings: ['older_bundles'] },
  run: (scene) =>
    asAttacker(async () => {
      // A key that nobody knows makes the guard look again, whenever the attacker wants.
      await callAs(scene, 'attacker', 'unknown')
      return callAs(scene, 'attacker')
    }),
  ...stopped,
  aftermath({ events }, landed) {
    const refused = events.some((event) => event.type === 'key_bundle_refused' && event.code === 'bundle_rollback')
    assert.ok(landed || refused)
  },
}

const path = '/security-events'

/** Where the issuer pushes word of its stolen key to; yields the status. */
async function push(scene: Scene, event: string): Promise<number> {
  const headers = { 'content-type': 'application/secevent+jwt' }
  const response = await recordedFetch(new URL(path, scene.a.resource), { method: 'POST', headers, body: event })
  return response.status
}

const stolenKey: AttackVariant = {
  title: 'What a stolen key signed, in the minutes after it was revoked',
  common: { ...attestedDeployment, guard: { ...attestedDeployment.guard, securityEvents: path } },
  // A server that nobody can tell believes in the key until it fetches the keys anew.
  weakened: { weakSettings: ['unheard_events'] },
  async run(scene) {
    const { server } = issuerOf(scene)
    const holder = await becomeAttested(scene)
    const call = () => callAttested(holder, scene, holder.attestation)
    assert.equal((await call()).status, 200)
    const stolen = server.keys().find(({ state }) => state === 'active')?.keyId ?? ''
    await server.revoke(stolen, 'key_compromise')
    const event = await server.securityEvent(stolen, scene.a.resource)
    // What is told to another server counts for nothing here.
    assert.notEqual(await push(scene, await server.securityEvent(stolen, scene.b.resource)), 202)
    assert.equal((await call()).status, 200)
    await push(scene, event)
    return asAttacker(call)
  },
  ...stopped,
  async aftermath(scene, landed) {
    if (landed) return
    // The issuer goes on with its next key, and so does the agent.
    const again = await becomeAttested(scene)
    assert.equal((await callAttested(again, scene, again.attestation)).status, 200)
  },
}

/** Whoever says which keys are good says who everybody is. */
export const keyPoisoning: Attack = {
  id: 'A11',
  title: 'A key of the attacker’s own, or one that was taken back, among the issuer’s keys',
  source: { document: 'threat-analysis', section: '4.3 JWKS Cache Poisoning; 5.2 Compromised Provider Keys' },
  needs: 'keys that are believed because of where they were fetched, or for as long as they were fetched for',
  steps: [
    'The attacker has the key server for a minute, or an old copy of what it gave out, or a stolen key.',
    'Servers fetch what they are given.',
    'Attestations under the bad key are shown, also after everything was put right.',
  ],
  analog: 'A telephone book in which somebody changed one number.',
  variants: [poisoned, afterRestart, whileRunning, stolenKey],
}
