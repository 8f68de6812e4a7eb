/** The MCP conformance suite against the notes server: as it is, and behind the guard. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startOpenServer } from './open-server.ts'
import { listScenarios, runSuite, type ScenarioResult } from './run-suite.ts'
import { applicable, notApplicable, revisions } from './server-scenarios.ts'
import { startTokenProxy } from './token-proxy.ts'

it('the conformance suite has no scenario for servers that is neither run nor said to be none of ours', async () => {
  const known = [...applicable.map(({ name }) => name), ...Object.values(notApplicable).flat()]
  expect(known.toSorted()).toEqual((await listScenarios('server')).toSorted())
})

describe.each([
  ['open', 'the notes server as it is', startOpenServer],
  ['guarded', 'the notes server behind the guard', startTokenProxy],
] as const)('%s: %s', (route, _title, start) => {
  describe.each(revisions)('at %s', (revision) => {
    let results: ReadonlyMap<string, ScenarioResult>
    beforeAll(async () => {
      const server = await start()
      try {
        const wire = ['--suite', 'all', '--spec-version', revision]
        results = await runSuite(['server', '--url', server.url, ...wire])
      } finally {
        await server.close()
      }
    }, 60_000)

    const here = applicable.flatMap(({ name, revisions: its, unmet }) => {
      const known = unmet[route]
      return known !== undefined && its.includes(revision) ? [{ name, known }] : []
    })
    it.each(here)('$name', ({ name, known }) => {
      const result = results.get(name)
      expect(result?.met).toBeGreaterThan(0)
      const unmet = new Set(result?.faults.map(({ check }) => check))
      expect([...unmet].toSorted()).toEqual(Object.keys(known).toSorted())
    })
  })
})
