/** T8: a hijacked agent has the right to delete, and deletes all that there is. */
import { systemClock } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { callTool, type Holder, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import { detailsOf, entryFor, obtainCapabilities, obtainFromPerson } from '../support/capability-tokens.ts'
import { declareTools, deletionByNote } from '../support/capability-tools.ts'
import type { Deployment, DeploymentOptions } from '../support/deployment.ts'
import { seatPerson } from '../support/person.ts'
import type { Answer } from '../support/wire.ts'

/** More than anybody gets away with by the defaults. */
const notes = 40

function withFriction(tools: ReturnType<typeof declareTools>) {
  return { ...tools, delete_note: { ...tools.delete_note, friction: {} } }
}

const common: DeploymentOptions = { guard: { tools: withFriction(declareTools({})) } }

/** Writes notes straight into the store. */
function fillStore({ a }: Deployment, count = notes): readonly number[] {
  return Array.from({ length: count }, () => a.notes.write('keep me')?.id ?? 0)
}

const deletion = (id: number) => toolCall('delete_note', { note_id: id })

/** Deletes one note after the other, whatever it is told, until it has to wait or there is none left; the last answer. */
async function leanOn(deployment: Deployment, hold: (id: number) => Promise<Holder>): Promise<Answer> {
  let last: Answer | undefined
  for (const id of fillStore(deployment)) {
    last = await callTool(await hold(id), deployment.a.resource, deletion(id))
    if (last.status === 429) break
  }
  if (last === undefined) throw new Error('there was nothing to delete')
  return last
}

describeAttack({
  title: 'T8: an agent that may delete leans on delete_note',
  common,
  weakened: { weak: ['friction'] },
  async run(deployment) {
    const holder = await obtainToken(deployment, { scope: 'notes:read notes:delete' })
    return leanOn(deployment, async () => holder)
  },
  stoppedBy: 'friction_blocked',
  status: 429,
  aftermath({ a }, landed, { headers, body }) {
    // Without a person it ends at the 30th call.
    expect(a.notes.list(notes)).toHaveLength(landed ? 0 : notes - 29)
    if (landed) return
    const seconds = Number(headers['retry-after'])
    expect(seconds).toBeGreaterThan(0)
    expect(JSON.parse(body)).toMatchObject({ status: 429, code: 'friction_blocked', retry_after: seconds })
    expect(headers['www-authenticate']).toBeUndefined()
  },
})

describeAttack({
  title: 'T8: it has a fresh capability for each note, which nobody had to approve',
  common: {
    capabilities: deletionByNote,
    guard: { tools: withFriction(declareTools(deletionByNote)) },
  },
  weakened: { weak: ['friction'] },
  run: (deployment) =>
    leanOn(deployment, (id) => obtainCapabilities(deployment, [entryFor(deployment, 'delete_note', { note_id: id })])),
  stoppedBy: 'friction_blocked',
  status: 429,
  aftermath: ({ a }, landed) => expect(a.notes.list(notes)).toHaveLength(landed ? 0 : notes - 29),
})

describe('T8: an agent that was stopped', () => {
  let later = 0
  const deployment = useDeployment({
    capabilities: deletionByNote,
    guard: { tools: withFriction(declareTools(deletionByNote)), clock: () => systemClock() + later },
    accessTokenLifetime: 3600,
  })
  const read = (holder: Holder) => callTool(holder, deployment().a.resource, toolCall('read_notes'))
  const hold = (id: number) =>
    obtainCapabilities(deployment(), [entryFor(deployment(), 'delete_note', { note_id: id })])

  it('may do anything else meanwhile, and others may delete', async () => {
    expect(await leanOn(deployment(), hold)).toMatchObject({ code: 'friction_blocked' })
    expect(await read(await obtainToken(deployment()))).toMatchObject({ status: 200 })
    const [id = 0] = fillStore(deployment(), 1)
    const details = detailsOf(entryFor(deployment(), 'delete_note', { note_id: id }))
    const other = await obtainFromPerson(
      deployment(),
      seatPerson(deployment(), () => true),
      details,
    )
    expect(await callTool(other, deployment().a.resource, deletion(id))).toMatchObject({ status: 200 })
  })

  it('is blocked again at once when it does not wait, and sent to a person when it does', async () => {
    const [id = 0] = fillStore(deployment(), 1)
    const blocked = await callTool(await hold(id), deployment().a.resource, deletion(id))
    expect(blocked).toMatchObject({ status: 429, code: 'friction_blocked' })
    later = Number(blocked.headers['retry-after'])
    const fresh = { seconds: 60, not_before: Math.floor(systemClock()) + later - 30 }
    const entry = entryFor(deployment(), 'delete_note', { note_id: id }, fresh)
    const asked = await callTool(await obtainCapabilities(deployment(), [entry]), deployment().a.resource, deletion(id))
    expect(asked).toMatchObject({ status: 403, code: 'approval_required' })
  })
})
