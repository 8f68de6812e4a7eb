/** X1: one proof, capability, code, assertion or refresh token, sent on many connections at once. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Ledger } from '@countersign/core'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { eachByItself } from '../scene/capability-tools.ts'
import {
  type Capture,
  captureAssertion,
  captureCall,
  captureCapability,
  captureCode,
  captureRefreshToken,
  captureTokenProof,
} from '../scene/captures.ts'
import type { Scene } from '../scene/scene.ts'
import type { Answer } from '../scene/wire.ts'

const CONNECTIONS = 8

/** To a store that is far away or busy, in milliseconds. */
const ROUND_TRIP_MS = 100

/** How others do it: look whether the id is there, and then, a round trip later, put it there. */
function findThenSave(): Ledger {
  const known = new Set<string>()
  return {
    lifetime: 'durable',
    async spend(spends) {
      const found = spends.find(({ key }) => known.has(key))
      await setTimeout(ROUND_TRIP_MS)
      for (const { key } of spends) known.add(key)
      return found === undefined ? { spent: true } : { spent: false, exhausted: found.key }
    },
  }
}

/** Sends it on all connections at once; yields the second success, or what everybody but one was told. */
async function sendAtOnce(scene: Scene, capture: Capture): Promise<Answer> {
  const sendOnce = await capture(scene)
  const answers = await asAttacker(() => Promise.all(Array.from({ length: CONNECTIONS }, sendOnce)))
  const [first, second] = answers.filter(({ status }) => status === 200)
  if (first === undefined) throw new Error('not one of them was served')
  const refused = answers.filter(({ status }) => status !== 200)
  const kinds = new Set(refused.map(({ status, code }) => `${status} ${code}`))
  if (kinds.size > 1) throw new Error(`they were refused in several ways: ${[...kinds].join(', ')}`)
  const [answer = first] = second === undefined ? refused : [second]
  return answer
}

const consumesLate = { authorization: { weaknesses: ['consume_after_find'] } } as const

const ways: readonly (readonly [string, Capture, Pick<AttackVariant, 'stoppedBy' | 'status'>])[] = [
  ['An authorization code', captureCode, { stoppedBy: 'invalid_grant', status: 400 }],
  ['A client assertion', captureAssertion, { stoppedBy: 'invalid_client', status: 401 }],
  ['A proof for the token endpoint', captureTokenProof, { stoppedBy: 'invalid_dpop_proof', status: 400 }],
  ['A refresh token', captureRefreshToken, { stoppedBy: 'invalid_grant', status: 400 }],
]

/** Whoever looks before writing looks too early. */
export const concurrency: Attack = {
  id: 'X1',
  title: 'What is good once is sent on many connections at once',
  source: { document: 'ours', section: 'single use' },
  needs: 'a server that looks whether a thing was used, and writes down that it was in a second step',
  steps: [
    'The attacker has something that is good once: a captured call, a capability, a code, an assertion, a refresh token.',
    `It opens ${CONNECTIONS} connections and sends the same on all of them in the same moment.`,
    'All of them find that it has not been used yet.',
  ],
  analog: 'Two people with one concert ticket, at two doors, at the same time.',
  variants: [
    {
      title: 'A call with its proof',
      weakened: { guard: { ledger: findThenSave() } },
      run: (scene) => sendAtOnce(scene, captureCall),
      stoppedBy: 'replay_detected',
      status: 401,
    },
    {
      title: 'The one use of a capability',
      common: { capabilities: eachByItself },
      weakened: { guard: { ledger: findThenSave() } },
      run: (scene) => sendAtOnce(scene, captureCapability),
      stoppedBy: 'capability_exhausted',
      status: 403,
      aftermath: ({ a }, landed) => assert.equal(a.notes.list(CONNECTIONS).length > 1, landed),
    },
    ...ways.map(
      ([title, capture, stopped]): AttackVariant => ({
        title,
        weakened: consumesLate,
        run: (scene) => sendAtOnce(scene, capture),
        ...stopped,
      }),
    ),
  ],
}
