/** A9: clocks that are wrong, honestly or by somebody's will. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ledger } from '@countersign/core'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type Holder, modernHeaders, obtainNonce, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack, useDeployment } from '../support/attack.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../support/attested-call.ts'
import type { Deployment } from '../support/deployment.ts'
import { createPartner } from '../support/partner.ts'
import { type Sending, send, signProof } from '../support/wire.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-clocks-'))
const opened: { close(): void }[] = []
afterAll(() => {
  for (const ledger of opened) ledger.close()
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  vi.useRealTimers()
})

/** For everybody in this process, and once only: the honest clocks all show the same. */
function letSecondsPass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
}

const body = toolCall('read_notes')

/** A call whose proof was made by a clock that is `ahead` by so many seconds. */
async function prepareDated(
  { token, key }: Holder,
  { a: { resource } }: Deployment,
  { ahead, nonce }: { readonly ahead: number; readonly nonce?: string },
): Promise<Sending> {
  const claims = { iat: Math.floor(Date.now() / 1000) + ahead }
  const dpop = await signProof(key, {
    url: resource,
    token,
    content: body,
    claims,
    ...(nonce !== undefined && { nonce }),
  })
  return { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body }
}

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

/** Forgets each proof when the window of a proof of this moment would be over, as if none could be dated ahead. */
function createHastyLedger(): Ledger {
  const ledger = createSqliteLedger({ path: join(folder, 'hasty.sqlite') })
  opened.push(ledger)
  return {
    lifetime: ledger.lifetime,
    spend: (spends) =>
      ledger.spend(spends.map((spend) => ({ ...spend, until: Math.min(spend.until, Date.now() / 1000 + 60) }))),
  }
}

describeAttack({
  title: 'A9: a proof dated ahead, sent again once its record would be gone',
  common: { durable: true },
  weakened: { guard: { ledger: createHastyLedger() } },
  async run(deployment) {
    const call = await prepareDated(await obtainToken(deployment), deployment, { ahead: 8 })
    const first = await send(deployment.a.resource, call)
    if (first.status !== 200) return first
    // Past the time of a proof of then, and not yet past the time of this one.
    letSecondsPass(64)
    return send(deployment.a.resource, call)
  },
  stoppedBy: 'replay_detected',
  status: 401,
})

const unbound = await createPartner({ acceptUnbound: true })

/** Forgets attestations at their end, though they are accepted for the tolerance of clocks longer. */
function createExactLedger(): Ledger {
  const ledger = createSqliteLedger({ path: join(folder, 'exact.sqlite') })
  opened.push(ledger)
  return {
    lifetime: ledger.lifetime,
    spend: (spends) =>
      ledger.spend(
        spends.map((spend) =>
          spend.kind === 'attestation' ? { ...spend, until: Math.floor(Date.now() / 1000) + 60 } : spend,
        ),
      ),
  }
}

describeAttack({
  title: 'A9: an attestation for one use, used again within the tolerance after its end',
  common: { durable: true, guard: { attestation: 'preferred', trust: unbound.trust } },
  weakened: { guard: { ledger: createExactLedger() } },
  async run(deployment) {
    const now = Math.floor(Date.now() / 1000)
    const claims = { aud: deployment.a.resource, exp: now + 60 }
    const attestation = await unbound.attest({ clientId: deployment.client.clientId, claims })
    const first = await callAttested(await obtainToken(deployment), deployment, attestation)
    if (first.status !== 200) return first
    letSecondsPass(75)
    return callAttested(await obtainToken(deployment), deployment, attestation)
  },
  stoppedBy: 'attestation_replay',
  status: 403,
})

describeAttack({
  title: 'A9: an attestation that is over, where the tolerance was stretched',
  common: { ...attestedDeployment, accessTokenLifetime: 900 },
  weakened: { guard: { attestationTimes: { skew: 300 } } },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    letSecondsPass(400)
    return callAttested(holder, deployment, holder.attestation)
  },
  stoppedBy: 'attestation_expired',
  status: 403,
})

describeAttack({
  title: 'A9: a request held back for four minutes, where the tolerance was stretched',
  common: { durable: true },
  weakened: { guard: { proofs: { maxAge: 300 } } },
  async run(deployment) {
    const call = await prepareDated(await obtainToken(deployment), deployment, { ahead: 0 })
    letSecondsPass(240)
    return send(deployment.a.resource, call)
  },
  stoppedBy: 'use_dpop_nonce',
  status: 401,
})

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
