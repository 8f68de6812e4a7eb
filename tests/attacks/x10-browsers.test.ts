/** X10, what stands beside the attack: preflights. */
import { send } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

describe('X10: preflights of foreign origins', () => {
  const deployment = useDeployment({ guard: { origins: ['https://app.example'] } })

  it('get no permission, while those of configured ones do', async () => {
    const preflight = (origin: string) => send(deployment().a.resource, { method: 'OPTIONS', headers: { origin } })
    const foreign = await preflight('https://evil.example')
    expect(foreign).toMatchObject({ status: 403, code: 'origin_not_allowed' })
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
    const own = await preflight('https://app.example')
    expect(own.status).toBe(204)
    expect(own.headers['access-control-allow-origin']).toBe('https://app.example')
  })
})
