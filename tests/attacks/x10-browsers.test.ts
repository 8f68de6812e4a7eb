/** X10: a page of a foreign origin, and a name that was rebound to this machine. */
import { describe, expect, it } from 'vitest'
import { obtainToken, prepareCall, toolCall } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import type { Deployment } from '../support/deployment.ts'
import { type Answer, send } from '../support/wire.ts'

async function callWith(deployment: Deployment, headers: Record<string, string>): Promise<Answer> {
  const { resource } = deployment.a
  const call = await prepareCall(await obtainToken(deployment), resource, toolCall('read_notes'))
  return send(resource, { ...call, headers: { ...call.headers, ...headers } })
}

describeAttack({
  title: 'X10: a page of a foreign origin calls',
  weakened: { weak: ['allowed_origin'] },
  run: (deployment) => callWith(deployment, { origin: 'https://evil.example' }),
  stoppedBy: 'origin_not_allowed',
  status: 403,
})

describeAttack({
  title: 'X10: a rebound name calls',
  weakened: { weak: ['known_host'] },
  run: (deployment) => callWith(deployment, { host: 'evil.example' }),
  stoppedBy: 'host_not_allowed',
  status: 403,
})

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
