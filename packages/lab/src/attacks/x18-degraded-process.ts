/** X18: one process has lost the store and another has not; and counts that a store has forgotten. */
import assert from 'node:assert/strict'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { type Holder, obtainToken } from '../scene/agent.ts'
import { entryFor, obtainCapabilities } from '../scene/capability-tokens.ts'
import { eachByItself } from '../scene/capability-tools.ts'
import { type Scene, sharedIn } from '../scene/scene.ts'
import { countWritten, noteText, proveWriting } from '../scene/shared-calls.ts'
import type { Answer } from '../scene/wire.ts'

const ranTwice: AttackVariant['aftermath'] = (scene, landed) => assert.equal(countWritten(scene), landed ? 2 : 1)

/** Sent to both at once; yields the second success, or what the other one was told. */
async function sendToBoth(scene: Scene): Promise<Answer> {
  const { one, other } = sharedIn(scene)
  const captured = await proveWriting(scene, await obtainToken(scene, { scope: 'notes:write' }), { at: one })
  other.cutOff()
  const answers = await asAttacker(() => Promise.all([one.call(captured), other.call(captured)]))
  const [first, second] = answers.toSorted((a, b) => a.status - b.status)
  if (first?.status !== 200 || second === undefined) throw new Error('neither of them served the call')
  return second
}

/** What was used is forgotten by the store; the attacker sends the same again. */
async function replayAfterFlush(scene: Scene): Promise<Answer> {
  const { one, other, flush } = sharedIn(scene)
  const holder = await obtainToken(scene, { scope: 'notes:write' })
  const captured = await proveWriting(scene, holder, { at: one, withNonce: false })
  assert.equal((await one.call(captured)).status, 200)
  await flush()
  return asAttacker(() => other.callWhenBack(async () => captured))
}

/** Who has it already needs no old nonce: a capability is used again with a proof of its own each time. */
async function useAgain(scene: Scene, holder: Holder): Promise<Answer> {
  const { other } = sharedIn(scene)
  const answer = await other.callWhenBack(() => proveWriting(scene, holder, { at: other }))
  return answer.code === 'use_dpop_nonce' ? other.call(await proveWriting(scene, holder, { at: other })) : answer
}

/** What is one store's to know. */
export const degradedProcess: Attack = {
  id: 'X18',
  title: 'One process has lost the store, another has not; or the store has lost its counts',
  source: { document: 'ours', section: 'single use past one machine' },
  program: 'redis-server',
  needs: 'processes that stand in for a store which others still use, or a store that is believed whatever it forgot',
  steps: [
    'Two processes serve one name, and keep what was used in one Redis.',
    'The way from one of them to Redis is cut, or somebody empties it.',
    'The attacker sends one proof to both, or uses again what was used up.',
  ],
  analog: 'Two doormen with one list; the attacker cuts the wire between them, or tears out the page.',
  variants: [
    {
      title: 'One proof, sent to the process that has the store and to the one that has lost it',
      common: { shared: { affinity: true } },
      weakened: { weak: ['local_fallback'] },
      run: sendToBoth,
      stoppedBy: 'use_dpop_nonce',
      status: 401,
      aftermath: ranTwice,
    },
    {
      title: 'A call that was made, once the store was emptied',
      common: { shared: {} },
      weakened: { weakSettings: ['epoch_ignored'] },
      run: replayAfterFlush,
      stoppedBy: 'use_dpop_nonce',
      status: 401,
      aftermath: ranTwice,
    },
    {
      title: 'A capability that was used up, once the store was emptied',
      common: { shared: {}, capabilities: eachByItself },
      weakened: { weakSettings: ['epoch_ignored'] },
      async run(scene) {
        const { one, flush } = sharedIn(scene)
        const holder = await obtainCapabilities(scene, [entryFor(scene, 'write_note', { text: noteText })])
        assert.equal((await one.call(await proveWriting(scene, holder, { at: one }))).status, 200)
        await flush()
        return useAgain(scene, holder)
      },
      stoppedBy: 'capability_exhausted',
      status: 403,
      aftermath: ranTwice,
    },
  ],
}
