/** Says in a test's title which requirements it verifies; `requirements.test.ts` reads it off the source. */
import type { RequirementId } from './requirements.ts'

/** The start of a title: `it(`${verifies('RFC9449-4.3-1')} refuses a second DPoP header`, …)`. Takes literals only. */
export function verifies(...ids: readonly [RequirementId, ...RequirementId[]]): string {
  return `[${ids.join(', ')}]`
}
