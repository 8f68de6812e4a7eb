/** A11: an issuer's key was stolen, and revoked; servers that fetched it a minute ago go on believing in it. */
import { expect } from 'vitest'
import { describeAttack } from '../support/attack.ts'
import { attestedDeployment, becomeAttested, callAttested, issuerOf } from '../support/attested-call.ts'
import type { Deployment } from '../support/deployment.ts'

const path = '/security-events'

/** Where the issuer pushes word of its stolen key to; yields the status. */
async function push(deployment: Deployment, event: string): Promise<number> {
  const headers = { 'content-type': 'application/secevent+jwt' }
  const response = await fetch(new URL(path, deployment.a.resource), { method: 'POST', headers, body: event })
  await response.arrayBuffer()
  return response.status
}

describeAttack({
  title: 'A11: what a stolen key signed, in the minutes after it was revoked',
  common: { ...attestedDeployment, guard: { ...attestedDeployment.guard, securityEvents: path } },
  // A server that nobody can tell believes in the key until it fetches the keys anew.
  weakened: { guard: { securityEvents: '/nobody-knows' } },
  async run(deployment) {
    const { server } = issuerOf(deployment)
    const holder = await becomeAttested(deployment)
    const call = () => callAttested(holder, deployment, holder.attestation)
    expect((await call()).status).toBe(200)
    const stolen = server.keys().find(({ state }) => state === 'active')?.keyId ?? ''
    await server.revoke(stolen, 'key_compromise')
    const event = await server.securityEvent(stolen, deployment.a.resource)
    // What is told to another server counts for nothing here.
    expect(await push(deployment, await server.securityEvent(stolen, deployment.b.resource))).not.toBe(202)
    expect((await call()).status).toBe(200)
    await push(deployment, event)
    return call()
  },
  stoppedBy: 'attestation_invalid',
  status: 403,
  async aftermath(deployment, landed) {
    if (landed) return
    // The issuer goes on with its next key, and so does the agent.
    const again = await becomeAttested(deployment)
    expect((await callAttested(again, deployment, again.attestation)).status).toBe(200)
  },
})
