/** X7: a refresh token is stolen, and used by both its owner and the thief. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { isInFeed, logIn, refresh } from '../scene/login.ts'
import type { Scene } from '../scene/scene.ts'
import type { Answer } from '../scene/wire.ts'

/** What the thief has; the owner's access token, by the answer to the thief. */
const victims = new WeakMap<Answer, string>()

/** The same key may ask again at once, as if an answer had got lost: after so many milliseconds it is no such thing. */
const REPEAT_WINDOW_MS = 11_000

async function refreshAfterOwner(scene: Scene): Promise<Answer> {
  const owner = await logIn(scene)
  const own = await refresh(scene, owner, owner.tokens.refresh)
  if (own.status !== 200) throw new Error(`the owner was refused: ${own.code}`)
  const use = (): Promise<Answer> => asAttacker(() => refresh(scene, owner, owner.tokens.refresh))
  const early = await use()
  const answer = early.status === 200 ? early : await setTimeout(REPEAT_WINDOW_MS).then(use)
  victims.set(answer, owner.tokens.access)
  return answer
}

/** Whoever copied the folder of an agent has its key, and its refresh token. */
export const refreshTokenTheft: Attack = {
  id: 'X7',
  title: 'Whoever copied the folder of an agent refreshes after its owner did',
  source: { document: 'ours', section: 'refresh tokens (RFC 9700 §4.14)' },
  needs: 'an authorization server whose refresh tokens are good for many uses',
  steps: [
    'The attacker copies the folder in which an agent keeps its key and its refresh token.',
    'The owner goes on: the refresh token is used, and another takes its place.',
    'The attacker refreshes with the copy; where it is refused, it tries again later.',
    'A used refresh token that comes back ends all that stands on the login, for whoever holds it.',
  ],
  analog:
    'A copied hotel key card: the room takes the newest card only, and the second one at the door calls the porter.',
  variants: [
    {
      title: 'The copied refresh token is used after its owner used it',
      weakened: { authorization: { weaknesses: ['refresh_reuse'] } },
      run: refreshAfterOwner,
      stoppedBy: 'invalid_grant',
      status: 400,
      async aftermath(scene, landed, answer) {
        const token = victims.get(answer)
        assert(token !== undefined)
        assert.equal(await isInFeed(scene, token), !landed, 'the family is revoked where the copy was noticed')
      },
    },
  ],
}
