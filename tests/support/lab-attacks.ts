/** The lab's attacks as tests: each way of doing it lands where the server lacks one thing, and is stopped where it lacks nothing. */
import { attacks, findMissing, runVariant } from '@countersign/lab'
import { describe, expect, it } from 'vitest'

/**
 * Declares two tests for each variant of the attacks whose number begins with this letter; `verified` says, by its title,
 * which requirements a variant verifies.
 */
export function describeAttacks(letter: 'T' | 'A' | 'X', verified: Readonly<Record<string, string>> = {}): void {
  describe.concurrent.each(attacks.filter(({ id }) => id.startsWith(letter)))('$id: $title', (attack) => {
    // What is missing is named by whoever runs the suites, and where nobody may install it these are counted as skipped.
    const isRunnable = process.env.CI === 'true' || findMissing(attack) === undefined
    describe.runIf(isRunnable).each(attack.variants)('$title', (variant) => {
      // Each on a stage of its own; some wait for seconds, so that they had better do it together.
      it('lands on the weakened server', { timeout: 60_000 }, async () => {
        const { status, landed } = await runVariant(variant, { against: 'weakened' })
        expect({ status, landed }).toEqual({ status: 200, landed: true })
      })

      const requirements = verified[variant.title]
      const sentence = `is stopped by the hardened server with ${variant.stoppedBy}`
      it(requirements === undefined ? sentence : `${requirements} ${sentence}`, {
        timeout: 60_000,
      }, async () => {
        const { status, code, landed } = await runVariant(variant, { against: 'hardened' })
        expect({ status, code, landed }).toEqual({ status: variant.status, code: variant.stoppedBy, landed: false })
      })
    })
  })
}
