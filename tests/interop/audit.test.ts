import { type Deployment, obtainToken, startDeployment } from '@countersign/lab'
import { type AuditReport, audit, createTokenSource, hasFailed } from '@countersign/lab/audit'
import { notesScopes } from '@countersign/notes-server'
import { exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuditTarget, serveFastMcp, serveSdk } from './audit-targets.ts'

const idsOf = ({ findings }: AuditReport): readonly string[] => findings.map(({ id }) => id)

describe('an audit', () => {
  let deployment: Deployment
  let sdk: AuditTarget
  let fastMcp: AuditTarget
  let reports: { readonly ours: AuditReport; readonly sdk: AuditReport; readonly fastMcp: AuditReport }
  let token: string

  beforeAll(async () => {
    deployment = await startDeployment()
    sdk = await serveSdk(deployment.issuer)
    fastMcp = await serveFastMcp()
    const holder = await obtainToken(deployment)
    token = holder.token
    const privateJwk = await exportJWK(holder.key.privateKey)
    const obtainForA = createTokenSource({ credentials: deployment.client, privateJwk })
    reports = {
      ours: await audit(deployment.a.resource, {
        token,
        privateJwk,
        otherResource: deployment.b.resource,
        obtain: createTokenSource({ credentials: deployment.client, privateJwk }),
      }),
      // A token for somebody else's server, and bound to a key at that.
      sdk: await audit(sdk.url, {
        token,
        privateJwk,
        scopes: Object.keys(notesScopes),
        obtain: ({ scopes }) => obtainForA({ resource: deployment.a.resource, ...(scopes && { scopes }) }),
      }),
      fastMcp: await audit(fastMcp.url),
    }
  }, 60_000)

  afterAll(async () => {
    await Promise.all([sdk.close(), fastMcp.close()])
    await deployment.close()
  })

  it('finds nothing on the guarded server, and passes every check that it can ask', () => {
    expect(reports.ours.findings).toEqual([])
    const skipped = reports.ours.checks.filter(({ outcome }) => outcome === 'skipped')
    expect(skipped.map(({ name }) => name)).toEqual(['session', 'passthrough', 'revocation'])
    expect(hasFailed(reports.ours)).toBe(false)
  })

  it('finds what FastMCP leaves open on its defaults', () => {
    expect(idsOf(reports.fastMcp)).toEqual(
      expect.arrayContaining([
        'no_token_needed',
        'foreign_origin_served',
        'cors_any_origin',
        'foreign_host_served',
        'no_resource_metadata',
        'duplicate_members_accepted',
      ]),
    )
    expect(hasFailed(reports.fastMcp)).toBe(true)
  })

  it('finds what the gate of the SDK leaves open', () => {
    expect(idsOf(reports.sdk)).toEqual(
      expect.arrayContaining([
        'bound_token_as_bearer',
        'foreign_audience_served',
        'replay_served',
        'scope_not_enforced',
        'server_error_on_input',
        'no_resource_metadata',
        'challenge_without_metadata',
        'foreign_origin_served',
        'foreign_host_served',
        'several_credentials_served',
        'duplicate_members_accepted',
        'body_read_before_token',
      ]),
    )
  })

  it('X13: finds a server that hands the token of its caller on', async () => {
    const passing = await serveSdk(deployment.issuer, { passesOn: true })
    const report = await audit(passing.url, { token, only: ['passthrough'] })
    await passing.close()
    expect(idsOf(report)).toEqual(['token_passthrough'])
  })

  it('finds at least twelve weaknesses that differ on the two', () => {
    expect(new Set([...idsOf(reports.sdk), ...idsOf(reports.fastMcp)]).size).toBeGreaterThanOrEqual(12)
  })

  it('stays within its bounds and keeps the token to itself', () => {
    for (const report of Object.values(reports)) {
      expect(report.requests).toBeLessThanOrEqual(1000)
      expect(report.seconds).toBeLessThan(120)
      expect(report.stopped).toBeUndefined()
      expect(JSON.stringify(report)).not.toContain(token)
    }
  })
})
