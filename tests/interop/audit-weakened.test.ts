import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Deployment, type DeploymentOptions, seatPerson, startDeployment } from '@countersign/lab'
import { type AuditReport, audit, createAuditKey, createTokenSource } from '@countersign/lab/audit'
import { describe, expect, it } from 'vitest'
import { useUp } from '../support/up.ts'

const LAUNCHER = join(import.meta.dirname, '../../packages/cli/bin/countersign.js')

async function auditDeployment(
  options: DeploymentOptions,
  credentialsOf = ({ client }: Deployment): Parameters<typeof createTokenSource>[0]['credentials'] => client,
): Promise<AuditReport> {
  const deployment = await startDeployment(options)
  try {
    const privateJwk = await createAuditKey()
    const obtain = createTokenSource({ credentials: credentialsOf(deployment), privateJwk })
    return await audit(deployment.a.resource, { privateJwk, obtain, otherResource: deployment.b.resource })
  } finally {
    await deployment.close()
  }
}

const idsOf = ({ findings }: AuditReport): readonly string[] => findings.map(({ id }) => id).toSorted()

describe('an audit of our own server', () => {
  it.each([
    ['audience', ['foreign_audience_served']],
    ['no_single_use', ['replay_served']],
    ['scope', ['scope_not_enforced']],
    ['allowed_origin', ['foreign_origin_served']],
    ['known_host', ['foreign_host_served']],
  ] as const)('finds what it lacks without its check %s, and nothing else', async (check, ids) => {
    expect(idsOf(await auditDeployment({ weak: [check] }))).toEqual(ids)
  })

  it('finds that bound tokens are taken from anybody, without its check sender_binding', async () => {
    expect(idsOf(await auditDeployment({ weak: ['sender_binding'] }))).toContain('bound_token_as_bearer')
  })

  it('finds every fault of proofs that is taken without its check proof', async () => {
    const found = idsOf(await auditDeployment({ weak: ['proof'] }))
    expect(found).toEqual(expect.arrayContaining(['proof_of_any_key', 'proof_uri_unchecked', 'replay_served']))
  })

  it('finds nothing with the tokens of a person either', async () => {
    const { findings, checks } = await auditDeployment({}, (deployment) => ({
      ...deployment.publicClient,
      authorize: seatPerson(deployment, () => true).authorize,
    }))
    expect(findings).toEqual([])
    expect(checks.find(({ name }) => name === 'proof_faults')).toMatchObject({ outcome: 'passed' })
  })
})

describe('countersign audit, on what countersign up serves', () => {
  const up = useUp()

  it('finds nothing, and sees the token go with its revocation', async () => {
    const { resource, data } = up()
    const flags = ['--client', join(data, 'client.json'), '--revoke', '--json']
    const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, 'audit', resource, ...flags])
    const report: AuditReport = JSON.parse(stdout)
    expect(report.findings).toEqual([])
    expect(report.stopped).toBeUndefined()
    const passed = report.checks.filter(({ outcome }) => outcome === 'passed').map(({ name }) => name)
    expect(passed).toEqual(expect.arrayContaining(['proof_faults', 'proof_replay', 'tool_scope', 'revocation']))
    expect(report.requests).toBeLessThan(1_000)
    expect(report.seconds).toBeLessThan(120)
  })
})
