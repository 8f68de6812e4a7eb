import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { suites } from '../../tools/test/suites.ts'
import { findMissingParts, installLine, systemParts } from '../../tools/test/system-parts.ts'
import { addTallies, formatTally, tallyVitestReport } from '../../tools/test/tally.ts'
import { readSourceFiles, root } from './source-files.ts'

describe('npm test', () => {
  it('runs every test file there is, in exactly one suite', () => {
    const folders = suites.flatMap(({ folders: own = [], except = [] }) => [...own, ...except])
    for (const folder of folders) expect(existsSync(join(root, folder)), folder).toBe(true)
    const holds = (places: readonly string[] = [], path: string) => places.some((place) => path.startsWith(`${place}/`))
    const tests = readSourceFiles().filter(({ path }) => path.endsWith('.test.ts'))
    const homes = tests.map(({ path }) => ({
      path,
      in: suites.filter((suite) => holds(suite.folders, path) && !holds(suite.except, path)).map(({ name }) => name),
    }))
    expect(homes.filter((home) => home.in.length !== 1)).toEqual([])
  })

  it('knows every system part that a suite needs', () => {
    const known = systemParts.map((part) => part.name)
    const named = suites.flatMap(({ needs = [], wants = [] }) => [...needs, ...wants])
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  it('counts what vitest counted', () => {
    const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1, testResults: [] }
    expect(formatTally(tallyVitestReport(report))).toBe('3 passed, 1 failed, 2 skipped')
  })

  it('counts a file that does not load, a suite without tests and a missing report as failures', () => {
    const unloaded = { numPassedTests: 3, testResults: [{ status: 'failed', assertionResults: [] }] }
    expect(formatTally(tallyVitestReport(unloaded))).toBe('3 passed, 1 failed')
    expect(formatTally(tallyVitestReport({ numPassedTests: 0, testResults: [] }))).toBe('0 passed, 1 failed')
    expect(formatTally(tallyVitestReport(undefined))).toBe('0 passed, 1 failed')
  })

  it('adds suites up, and keeps quiet about skips when there are none', () => {
    const sum = addTallies({ passed: 1, failed: 2, skipped: 0 }, { passed: 3, failed: 4, skipped: 0 })
    expect(formatTally(sum)).toBe('4 passed, 6 failed')
  })

  it('finds out which system parts are missing, and how to get them', () => {
    const table = [
      { name: 'a shell', programs: ['no-such-program', 'sh'], packages: ['dash'] },
      { name: 'a browser', programs: ['no-such-browser'], packages: ['chromium'] },
    ]
    const missing = findMissingParts(new Set(['a shell', 'a browser']), table)
    expect(missing.map((part) => part.name)).toEqual(['a browser'])
    expect(installLine(missing)).toContain('install -y --no-install-recommends chromium')
    expect(findMissingParts(new Set(), table)).toEqual([])
  })

  it('looks for a part by its path where it is not on the PATH', () => {
    const shells = [
      { name: 'a shell by its path', programs: ['/bin/*sh'], packages: ['dash'] },
      { name: 'no folder', programs: ['/no-such-folder/*/bin/sh'], packages: ['dash'] },
      { name: 'not to be run', programs: ['/etc/passw*'], packages: ['passwd'] },
    ]
    const missing = findMissingParts(new Set(shells.map(({ name }) => name)), shells)
    expect(missing.map(({ name }) => name)).toEqual(['no folder', 'not to be run'])
  })
})
