/** What a person makes of a request: less of it, never anything else. */
import type { CapabilityRequest } from '@countersign/capability'
import type { AskedCapability, ConsentRequest } from './consent-request.ts'

/** A form's answer to a request, by the place of what it is about in the request's lists. */
export interface ConsentAnswer {
  readonly keepsRight: (place: number) => boolean
  readonly keepsCapability: (place: number) => boolean
  /** How many uses, and for how many seconds, as they were written into the form. */
  readonly usesOf: (place: number) => string | undefined
  readonly secondsOf: (place: number) => string | undefined
}

const USES = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500]
const SECONDS = [10, 30, 60, 120, 300, 600, 1800]

/** How many uses a person may give where so many are asked for, the most first. */
export function offerUses({ uses }: CapabilityRequest): readonly number[] {
  return offer(USES, uses)
}

/** For how many seconds. */
export function offerSeconds({ seconds }: CapabilityRequest): readonly number[] {
  return offer(SECONDS, seconds)
}

function offer(steps: readonly number[], most: number): readonly number[] {
  return [most, ...steps.filter((step) => step < most).reverse()]
}

/** The same request with that alone which the answer keeps. A number that was not offered keeps nothing. */
export function narrowRequest(request: ConsentRequest, answer: ConsentAnswer): ConsentRequest {
  return {
    ...request,
    rights: request.rights.filter((_right, place) => answer.keepsRight(place)),
    capabilities: request.capabilities.flatMap((asked, place) => narrowCapability(asked, place, answer)),
  }
}

function narrowCapability(
  { words, entry }: AskedCapability,
  place: number,
  { keepsCapability, usesOf, secondsOf }: ConsentAnswer,
): readonly AskedCapability[] {
  const uses = choose(offerUses(entry), usesOf(place))
  const seconds = choose(offerSeconds(entry), secondsOf(place))
  if (!keepsCapability(place) || uses === undefined || seconds === undefined) return []
  return [{ words, entry: { ...entry, uses, seconds } }]
}

/** Where there is one number, nobody was asked for it. */
function choose(offered: readonly number[], chosen: string | undefined): number | undefined {
  if (offered.length === 1) return offered[0]
  return offered.find((number) => String(number) === chosen)
}
