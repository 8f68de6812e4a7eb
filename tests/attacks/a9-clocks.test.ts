/** A9, what stands beside the attack: honest agents whose clocks are wrong, and how far tolerance may be stretched. */
import { attestedDeployment, becomeAttested, createPartner, obtainNonce, obtainToken, send } from '@countersign/lab'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import { describe, expect, it } from 'vitest'
import { prepareDated } from '../../packages/lab/src/attacks/a9-clocks.ts'
import { useDeployment } from '../support/attack.ts'

describe('A9: an honest agent whose clock is ten minutes off', () => {
  const deployment = useDeployment({ ...attestedDeployment, durable: true })

  it.each([-600, 600])('is healed by a nonce, and its attestation is dated by the issuer (%d s)', async (ahead) => {
    const holder = await becomeAttested(deployment())
    const { resource } = deployment().a
    const attested = async (nonce?: string) => {
      const call = await prepareDated(holder, deployment(), { ahead, ...(nonce !== undefined && { nonce }) })
      return send(resource, { ...call, headers: { ...call.headers, 'oauth-client-attestation': holder.attestation } })
    }
    const first = await attested()
    expect(first).toMatchObject({ status: 401, code: 'use_dpop_nonce', nonce: expect.any(String) })
    expect((await attested(first.nonce)).status).toBe(200)
  })
})

const unbound = await createPartner({ acceptUnbound: true })

describe('A9: the tolerance of clocks', () => {
  const deployment = useDeployment()

  it('is not to be stretched beyond five minutes by anybody', () => {
    const stretched: readonly Partial<GuardOptions>[] = [
      { attestationTimes: { skew: 301 } },
      { attestationTimes: { maxLifetime: 601 } },
      { proofs: { maxAge: 301 } },
      { proofs: { maxAhead: 301 } },
    ]
    for (const options of stretched) {
      const sound = { resource: 'https://notes.example/mcp', authorizationServers: ['https://auth.example'] }
      const start = () => createGuard({ ...sound, trust: unbound.trust, ...options })
      expect(start, JSON.stringify(options)).toThrow(/seconds/)
    }
  })

  it('is nothing that a caller can bring along: a nonce of its own, in a proof of next year', async () => {
    const holder = await obtainToken(deployment())
    const nonce = await obtainNonce(deployment().a.resource)
    for (const [ahead, made] of [
      [31_536_000, 'made-up'],
      [0, `${nonce}x`],
    ] as const) {
      const call = await prepareDated(holder, deployment(), { ahead, nonce: made })
      expect(await send(deployment().a.resource, call)).toMatchObject({ status: 401, code: 'use_dpop_nonce' })
    }
  })
})
