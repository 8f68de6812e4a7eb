/** Counts of what passed, failed and was left out. */

/** The counts of one suite, or of several. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Nothing counted yet. */
export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0 }

/** The sum of two. */
export function addTallies(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** `N passed, N failed`, and `, N skipped` when there are any. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * Reads vitest's JSON report. A file that could not even be loaded has no tests, so it counts as one failure;
 * a suite in which no test ran at all counts as one too.
 */
export function tallyVitestReport(report: unknown): Tally {
  const count = (name: string): number => {
    const value =
      report !== null && typeof report === 'object' ? Object.entries(report).find(([key]) => key === name) : []
    return typeof value?.[1] === 'number' ? value[1] : 0
  }
  const unloaded = readTestResults(report).filter((file) => file.status === 'failed' && file.assertions === 0).length
  const tally = {
    passed: count('numPassedTests'),
    failed: count('numFailedTests') + unloaded,
    skipped: count('numPendingTests') + count('numTodoTests'),
  }
  return tally.passed + tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

function readTestResults(report: unknown): { status: unknown; assertions: number }[] {
  if (report === null || typeof report !== 'object' || !('testResults' in report)) return []
  if (!Array.isArray(report.testResults)) return []
  return report.testResults.map((file: { status?: unknown; assertionResults?: unknown }) => ({
    status: file.status,
    assertions: Array.isArray(file.assertionResults) ? file.assertionResults.length : 0,
  }))
}
