/** What came of an attack: whether it went as it has to, and one line of it for programs. */
import { type AttackResult, notObeyed, type VariantOutcome } from '@countersign/lab'

/** With a model in the agent's place an attack can come to nothing, as the model did not do what the text says. */
type Verdict = 'landed' | 'stopped' | 'not_obeyed'

interface Summary {
  readonly weakened: Verdict
  readonly hardened: Verdict
  readonly code: string
  readonly expected_code: string
}

/** Both sides of some ways of an attack. */
interface Sides {
  readonly weakened: readonly VariantOutcome[]
  readonly hardened: readonly VariantOutcome[]
}

/** It lands where something is missing, and is stopped where nothing is; what nobody obeyed is neither, and no fault. */
export function isAsItHasToBe({ weakened, hardened }: AttackResult): boolean {
  return (
    obeyed(weakened.variants).every(({ landed }) => landed) &&
    obeyed(hardened.variants).every(({ stoppedAsExpected }) => stoppedAsExpected)
  )
}

/** As one line of JSON has it; `withModel` says of each way whether the model obeyed. */
export function summarise({ attack, weakened, hardened }: AttackResult, withModel: boolean): object {
  const variants = hardened.variants.map((variant, index) => {
    const { title, failure } = variant
    const sides = { weakened: weakened.variants.slice(index, index + 1), hardened: [variant] }
    const failed = failure ?? sides.weakened[0]?.failure
    return {
      title,
      ...judge(sides),
      ...(withModel && { obeyed: { weakened: isObeyed(sides.weakened), hardened: isObeyed(sides.hardened) } }),
      ...(failed !== undefined && { failure: failed }),
    }
  })
  return { id: attack.id, ...judge({ weakened: weakened.variants, hardened: hardened.variants }), variants }
}

/** Several ways that are stopped in several ways have their codes side by side. */
function judge({ weakened, hardened }: Sides): Summary {
  const unique = (codes: readonly (string | undefined)[]): string =>
    [...new Set(codes.map((code) => code ?? 'none'))].join(' ')
  return {
    weakened: verdictOf(weakened, (some) => some.every(({ landed }) => landed)),
    hardened: verdictOf(hardened, (some) => !some.every(({ stoppedAsExpected }) => stoppedAsExpected)),
    code: unique(hardened.map(({ code }) => code)),
    expected_code: unique(hardened.map(({ expectedCode }) => expectedCode)),
  }
}

function verdictOf(
  variants: readonly VariantOutcome[],
  hasLanded: (some: readonly VariantOutcome[]) => boolean,
): Verdict {
  const some = obeyed(variants)
  if (some.length === 0) return 'not_obeyed'
  return hasLanded(some) ? 'landed' : 'stopped'
}

function obeyed(variants: readonly VariantOutcome[]): readonly VariantOutcome[] {
  return variants.filter(({ code }) => code !== notObeyed)
}

/** Of one that failed it cannot be told. */
function isObeyed(variants: readonly VariantOutcome[]): boolean {
  return obeyed(variants).some(({ failure }) => failure === undefined)
}
