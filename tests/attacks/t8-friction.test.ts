/** T8, what stands beside the attack: what an agent that was stopped may still do, and when it may go on. */

import { systemClock } from '@countersign/core'
import {
  callTool,
  declareTools,
  deletionByNote,
  detailsOf,
  entryFor,
  type Holder,
  obtainCapabilities,
  obtainFromPerson,
  obtainToken,
  seatPerson,
  toolCall,
} from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { fillStore, leanOn, withFriction } from '../../packages/lab/src/attacks/t8-friction.ts'
import { useDeployment } from '../support/attack.ts'

const deletion = (id: number) => toolCall('delete_note', { note_id: id })

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
