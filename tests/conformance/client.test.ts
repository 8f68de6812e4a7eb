/** The MCP conformance suite against our agent. */
import { beforeAll, describe, expect, it } from 'vitest'
import { authScenarios, extensionScenarios, notApplicable, plainScenarios, revisions } from './client-scenarios.ts'
import { clientCommand, listScenarios, readSuiteVersion, runSuite, type ScenarioResult } from './run-suite.ts'

const required = new Map(
  await Promise.all(revisions.map(async (revision) => [revision, await listScenarios('client', revision)] as const)),
)

describe('the conformance suite for clients', () => {
  it('is the pinned one', async () => {
    expect(await readSuiteVersion()).toBe('0.2.0-alpha.12')
  })

  it('has no scenario that is neither run nor said to be none of ours', async () => {
    const known = [
      ...Object.keys(authScenarios),
      ...extensionScenarios,
      ...Object.keys(plainScenarios),
      ...Object.keys(notApplicable),
    ]
    expect(known.toSorted()).toEqual((await listScenarios('client')).toSorted())
  })

  it('requires just these auth scenarios in its newest revision', () => {
    const auth = required.get('2026-07-28')?.filter((name) => name.startsWith('auth/'))
    expect(auth).toEqual(Object.keys(authScenarios))
  })
})

describe.each(revisions)('the requirements of %s, with bearer tokens allowed', (revision) => {
  let results: ReadonlyMap<string, ScenarioResult>
  beforeAll(async () => {
    const selection = ['--requirements', revision, '--timeout', '60000']
    results = await runSuite(['client', ...selection, '--command', clientCommand('bearer-agent.ts')])
  }, 150_000)

  const names = required.get(revision) ?? []
  it.each(names.filter((name) => name in authScenarios))('%s', (name) => {
    expect(results.get(name)).toEqual({ met: expect.any(Number), faults: [], outcome: authScenarios[name] })
  })
  it.each(names.filter((name) => name in plainScenarios))('%s: our fetch changes nothing', (name) => {
    expect(results.get(name)).toEqual({ met: expect.any(Number), faults: [], outcome: plainScenarios[name] })
  })
})

describe.each(revisions)('the extensions that our agent ships, at %s', (revision) => {
  async function run(name: string, ...flags: readonly string[]) {
    const selection = ['--scenario', name, '--spec-version', revision, '--force']
    const results = await runSuite(['client', ...selection, '--command', clientCommand('agent.ts', ...flags)])
    return results.get(name)
  }

  it.each(['auth/dpop', 'auth/dpop-nonce'])('%s', async (name) => {
    expect(await run(name)).toEqual({ met: expect.any(Number), faults: [], outcome: 'done' })
  })
  it('auth/client-credentials-jwt, where the suite issues bearer tokens', async () => {
    const result = await run('auth/client-credentials-jwt', '--bearer')
    expect(result).toEqual({ met: expect.any(Number), faults: [], outcome: 'done' })
  })
  it('auth/client-credentials-jwt, whose bearer token is refused where nobody allowed it', async () => {
    expect(await run('auth/client-credentials-jwt')).toMatchObject({ outcome: 'bearer_token_refused' })
  })
})
