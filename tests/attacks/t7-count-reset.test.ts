/** T7, what stands beside the attack: a person who has said yes once is asked again, and what was given once is given once. */
import {
  authorize,
  callTool,
  type Deployment,
  detailsOf,
  eachByItself,
  entryFor,
  type Holder,
  obtainFromPerson,
  seatPerson,
  toolCall,
} from '@countersign/lab'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const text = 'once'
const entry = (deployment: Deployment) => entryFor(deployment, 'write_note', { text })
const write = (holder: Holder, { a }: Deployment) => callTool(holder, a.resource, toolCall('write_note', { text }))

describe('T7: a count that is to begin anew by sending the browser of a person who has said yes once more', () => {
  const deployment = useDeployment({ capabilities: eachByItself })

  it('is not begun without that person, who sees the page each time', async () => {
    const person = seatPerson(deployment(), () => true)
    const details = detailsOf(entry(deployment()))
    const first = await obtainFromPerson(deployment(), person, details)
    const silent = { ...details, prompt: 'none', code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
    const back = await authorize(deployment(), silent, person)
    expect([back.searchParams.get('error'), back.searchParams.get('code')]).toEqual(['consent_required', null])
    const [capability] = decodeJwt(first.token).authorization_details as [{ id: string }]
    const second = await obtainFromPerson(deployment(), person, details)
    expect(person.pages).toHaveLength(2)
    expect(decodeJwt(second.token).authorization_details).not.toMatchObject([{ id: capability.id }])
  })

  it('is not begun either by a request for something else: what was given once is not in it', async () => {
    const person = seatPerson(deployment(), () => true)
    await obtainFromPerson(deployment(), person, detailsOf(entry(deployment())))
    const other = await obtainFromPerson(deployment(), person)
    expect(decodeJwt(other.token).authorization_details).toBeUndefined()
    expect(await write(other, deployment())).toMatchObject({ status: 403, code: 'capability_required' })
  })
})
