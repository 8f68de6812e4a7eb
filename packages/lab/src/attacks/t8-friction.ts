/** T8: a hijacked agent has the right to delete, and deletes all that there is. */
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { callTool, type Holder, obtainToken, toolCall } from '../scene/agent.ts'
import { entryFor, obtainCapabilities } from '../scene/capability-tokens.ts'
import { declareTools, deletionByNote } from '../scene/capability-tools.ts'
import type { Deployment } from '../scene/deployment.ts'
import type { Answer } from '../scene/wire.ts'

/** More than anybody gets away with by the defaults. */
const notes = 40

/** Without a person it ends at the 30th call. */
const leftOver = notes - 29

/** The tools, of which deleting has friction. */
export function withFriction(tools: ReturnType<typeof declareTools>) {
  return { ...tools, delete_note: { scopes: ['notes:delete'], ...tools.delete_note, friction: {} } }
}

/** Writes notes straight into the store; yields their ids. */
export function fillStore({ a }: Pick<Deployment, 'a'>, count = notes): readonly number[] {
  return Array.from({ length: count }, () => a.notes.write('keep me')?.id ?? 0)
}

/** Deletes one note after the other, whatever it is told, until it has to wait or there is none left; the last answer. */
export async function leanOn(scene: Pick<Deployment, 'a'>, hold: (id: number) => Promise<Holder>): Promise<Answer> {
  let last: Answer | undefined
  for (const id of fillStore(scene)) {
    last = await callTool(await hold(id), scene.a.resource, toolCall('delete_note', { note_id: id }))
    if (last.status === 429) break
  }
  if (last === undefined) throw new Error('there was nothing to delete')
  return last
}

/** Each call is allowed, and all of them together are not. */
export const leaningOnOneTool: Attack = {
  id: 'T8',
  title: 'A hijacked agent leans on delete_note',
  source: { document: 'token-talk', section: 'Non-generic extras: per-tool friction' },
  needs: 'a server that judges each call as if it were the first',
  steps: [
    'The agent may delete notes.',
    'A note tells it to delete all of them, and it makes one call after the other.',
  ],
  analog: 'A cash machine without a daily limit.',
  variants: [
    {
      title: 'An agent that may delete deletes all there is',
      common: { guard: { tools: withFriction(declareTools({})) } },
      weakened: { weak: ['friction'] },
      async run(scene) {
        const holder = await obtainToken(scene, { scope: 'notes:read notes:delete' })
        return leanOn(scene, async () => holder)
      },
      stoppedBy: 'friction_blocked',
      status: 429,
      aftermath({ a }, landed, { headers, body }) {
        assert.equal(a.notes.list(notes).length, landed ? 0 : leftOver)
        if (landed) return
        const seconds = Number(headers['retry-after'])
        assert.ok(seconds > 0)
        assert.equal((JSON.parse(body) as { retry_after?: number }).retry_after, seconds)
        assert.equal(headers['www-authenticate'], undefined)
      },
    },
    {
      title: 'It has a fresh capability for each note, which nobody had to approve',
      common: { capabilities: deletionByNote, guard: { tools: withFriction(declareTools(deletionByNote)) } },
      weakened: { weak: ['friction'] },
      run: (scene) =>
        leanOn(scene, (id) => obtainCapabilities(scene, [entryFor(scene, 'delete_note', { note_id: id })])),
      stoppedBy: 'friction_blocked',
      status: 429,
      aftermath: ({ a }, landed) => assert.equal(a.notes.list(notes).length, landed ? 0 : leftOver),
    },
  ],
}
