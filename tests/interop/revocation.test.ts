/** What is revoked at the authorization server is refused at every guarded server within two seconds. */

import { setTimeout } from 'node:timers/promises'
import { callTool, type Holder, obtainToken, toolCall } from '@countersign/lab'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const deployment = useDeployment()

function readNotes(holder: Holder, resource = deployment().a.resource) {
  return callTool(holder, resource, toolCall('read_notes'))
}

describe('revocation', () => {
  it('of one token ends that token, and no other', async () => {
    const [revoked, other] = [await obtainToken(deployment()), await obtainToken(deployment())]
    expect(await readNotes(revoked)).toMatchObject({ status: 200 })
    await deployment().revoke({ token: String(decodeJwt(revoked.token).jti) })
    await setTimeout(2000)
    expect(await readNotes(revoked)).toMatchObject({ status: 401, code: 'invalid_token' })
    expect(await readNotes(other)).toMatchObject({ status: 200 })
  })

  it('of a client ends its tokens at both servers; it may get new ones', async () => {
    const { a, b, client } = deployment()
    const atA = await obtainToken(deployment(), { resource: a.resource })
    const atB = await obtainToken(deployment(), { resource: b.resource })
    expect(await readNotes(atA, a.resource)).toMatchObject({ status: 200 })
    expect(await readNotes(atB, b.resource)).toMatchObject({ status: 200 })
    await deployment().revoke({ client: client.clientId })
    await setTimeout(2000)
    expect(await readNotes(atA, a.resource)).toMatchObject({ status: 401, code: 'invalid_token' })
    expect(await readNotes(atB, b.resource)).toMatchObject({ status: 401, code: 'invalid_token' })
    expect(await readNotes(await obtainToken(deployment()))).toMatchObject({ status: 200 })
  })
})
