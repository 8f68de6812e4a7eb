/** A10: the store that all processes share is killed, or comes back without its newest memory; what was used is sent again. */
import assert from 'node:assert/strict'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { obtainToken } from '../scene/agent.ts'
import { type Scene, sharedIn } from '../scene/scene.ts'
import { countWritten, proveWriting } from '../scene/shared-calls.ts'
import type { Answer } from '../scene/wire.ts'

/** The agent writes a note at one process; whoever was on the way has the call too. */
async function captureUsed(scene: Scene) {
  const { one } = sharedIn(scene)
  const captured = await proveWriting(scene, await obtainToken(scene, { scope: 'notes:write' }), { at: one })
  return { captured, first: () => one.call(captured) }
}

async function replayWhileDown(scene: Scene): Promise<Answer> {
  const { other, kill } = sharedIn(scene)
  const { captured, first } = await captureUsed(scene)
  assert.equal((await first()).status, 200)
  await kill()
  return asAttacker(() => other.call(captured))
}

const ranTwice: AttackVariant['aftermath'] = (scene, landed) => assert.equal(countWritten(scene), landed ? 2 : 1)

/** Each process for itself is what an attacker who can cause the failure waits for. */
export const storeFailure: Attack = {
  id: 'A10',
  title: 'The shared store is killed, and the captured call goes to another process',
  source: { document: 'threat-analysis', section: '4.2 Redis Failover and Replay Protection' },
  program: 'redis-server',
  needs: 'processes that remember by themselves while their store is down, or believe that it never forgets',
  steps: [
    'Two processes serve one name, and keep the proofs that were used in one Redis.',
    'The agent makes a call at one of them, and the attacker captures it.',
    'Redis is killed, or comes back without what it acknowledged last.',
    'The attacker sends the call to the other process.',
  ],
  analog: 'Ringing the fire alarm, and showing the used ticket at another door while nobody has the list.',
  variants: [
    {
      title: 'Redis is killed, where the clients of a process come back to it',
      common: { shared: { affinity: true } },
      weakened: { weak: ['local_fallback'] },
      run: replayWhileDown,
      stoppedBy: 'use_dpop_nonce',
      status: 401,
      aftermath: ranTwice,
    },
    {
      title: 'Redis is killed, where clients go to any process',
      common: { shared: {} },
      weakened: { weak: ['local_fallback'] },
      run: replayWhileDown,
      stoppedBy: 'ledger_unavailable',
      status: 503,
      aftermath: ranTwice,
    },
    {
      title: 'Redis is down, the agent goes on at its process, and the attacker goes to another',
      common: { shared: { affinity: true } },
      weakened: { weak: ['local_fallback'], shared: {} },
      async run(scene) {
        const { other, kill } = sharedIn(scene)
        await kill()
        const { captured, first } = await captureUsed(scene)
        assert.equal((await first()).status, 200)
        return asAttacker(() => other.call(captured))
      },
      stoppedBy: 'ledger_unavailable',
      status: 503,
      aftermath: ranTwice,
    },
    {
      title: 'Redis comes back without what it acknowledged last, as after a failover',
      common: { shared: {} },
      weakened: { weakSettings: ['epoch_ignored'] },
      async run(scene) {
        const { other, save, restoreSaved } = sharedIn(scene)
        const { captured, first } = await captureUsed(scene)
        await save()
        assert.equal((await first()).status, 200)
        await restoreSaved()
        return asAttacker(() => other.callWhenBack(async () => captured))
      },
      stoppedBy: 'use_dpop_nonce',
      status: 401,
      aftermath: ranTwice,
    },
  ],
}
