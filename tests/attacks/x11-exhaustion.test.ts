/** X11, what stands beside the attack: oversized headers, and others who are served meanwhile. */
import { callTool, obtainToken, send, toolCall } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { dribble } from '../../packages/lab/src/scene/dribble.ts'
import { useDeployment } from '../support/attack.ts'

describe('X11: oversized headers', () => {
  const deployment = useDeployment()

  it.each([
    ['1 MB of them', { 'x-padding': 'x'.repeat(1_000_000) }],
    ['a token of 12 kB', { authorization: `DPoP ${'x'.repeat(12_000)}` }],
  ])('%s: are refused with headers_too_large', async (_name, headers) => {
    const answer = await send(deployment().a.resource, { headers })
    expect(answer).toMatchObject({ status: 431, code: 'headers_too_large' })
  })

  it('a proof of 6 kB is refused with headers_too_large', async () => {
    const { token } = await obtainToken(deployment())
    const headers = { authorization: `DPoP ${token}`, dpop: 'x'.repeat(6_000) }
    expect(await send(deployment().a.resource, { headers })).toMatchObject({ status: 431, code: 'headers_too_large' })
  })
})

describe('X11: 100 bodies that do not end', () => {
  const deployment = useDeployment({ guard: { limits: { bodySeconds: 2 } } })

  it('are all refused, and others are served meanwhile', async () => {
    const holder = await obtainToken(deployment())
    const before = process.memoryUsage().rss
    const stuck = Array.from({ length: 100 }, () => dribble(deployment(), holder, 60_000))
    const served = await callTool(await obtainToken(deployment()), deployment().a.resource, toolCall('read_notes'))
    expect(served.status).toBe(200)
    for (const answer of await Promise.all(stuck)) expect(answer).toMatchObject({ status: 408, code: 'body_timeout' })
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
  })
})
