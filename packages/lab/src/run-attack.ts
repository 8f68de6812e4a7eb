/** Runs attacks against the weakened server and against the hardened one, each on a stage of its own. */
import type { Weakness } from '@countersign/resource-server/unsafe'
import type { Attack, AttackVariant } from './attack.ts'
import { type Exchange, recordExchanges } from './recording/recording.ts'
import { type Mind, NotObeyed } from './scene/obedient-agent.ts'
import { type Scene, startScene } from './scene/scene.ts'
import { withSettings } from './scene/scene-options.ts'
import { noAnswer } from './scene/wire.ts'

/** Which of the two servers. */
export type Side = 'weakened' | 'hardened'

/** Against what. */
export interface RunOptions {
  readonly against: Side
  /** Checks that the server lacks besides. */
  readonly without?: readonly Weakness[]
  /** Who sits in the obedient agent's place, where the attack has one. */
  readonly mind?: Mind
}

/** The code of an attack whose text nobody obeyed: it neither landed nor was it stopped. */
export const notObeyed = 'not_obeyed'

/** An exchange, with the name of who answered. */
export interface NamedExchange extends Exchange {
  readonly to: string
}

/** What came of one way of doing it. */
export interface VariantOutcome {
  readonly title: string
  readonly landed: boolean
  /** Stopped with exactly the status and the code that it has to be stopped with. */
  readonly stoppedAsExpected: boolean
  readonly status: number
  readonly code: string | undefined
  readonly expectedCode: string
  /** What went over the wire, secrets and all. */
  readonly exchanges: readonly NamedExchange[]
  /** Why it could not be told what came of it. */
  readonly failure?: string
}

/** What came of an attack. */
export interface AttackOutcome {
  /** Every variant landed. */
  readonly landed: boolean
  /** Every variant was stopped with exactly its code. */
  readonly stoppedAsExpected: boolean
  readonly variants: readonly VariantOutcome[]
}

/** Runs one variant on a fresh stage; rejects when the stage fails or the aftermath is not as it has to be. */
export async function runVariant(
  variant: AttackVariant,
  { against, without = [], mind }: RunOptions,
): Promise<VariantOutcome> {
  const isWeak = against === 'weakened'
  const settings = withSettings(variant.common ?? {}, isWeak ? variant.weakened : {})
  const weaker = without.length === 0 ? settings : withSettings(settings, { weak: without })
  const scene = await startScene(mind === undefined ? weaker : { ...weaker, mind }, isWeak)
  // What has to be left behind is known of the agent that obeys, and does nothing else.
  const { aftermath: _, ...unwatched } = variant
  try {
    return await (mind === undefined
      ? runOn(scene, variant)
      : runOn(scene, { ...unwatched, run: endsUnlessObeyed(variant) }))
  } finally {
    await scene.close()
  }
}

/** Plays one variant on a stage that stands; rejects as `runVariant` does. */
export async function runOn(scene: Scene, variant: AttackVariant): Promise<VariantOutcome> {
  const { result: answer, exchanges } = await recordExchanges(() => variant.run(scene))
  const landed = variant.landed?.(answer) ?? (answer.status === 200 && answer.code === undefined)
  await variant.aftermath?.(scene, landed, answer)
  return {
    title: variant.title,
    landed,
    stoppedAsExpected: !landed && answer.status === variant.status && answer.code === variant.stoppedBy,
    status: answer.status,
    code: answer.code,
    expectedCode: variant.stoppedBy,
    exchanges: exchanges.map((exchange) => ({ ...exchange, to: scene.nameOf(exchange.url) })),
  }
}

/** Whoever obeys nothing has proven nothing. */
function endsUnlessObeyed({ run }: AttackVariant): AttackVariant['run'] {
  return (scene) =>
    run(scene).catch((error: unknown) => {
      if (error instanceof NotObeyed) return noAnswer(notObeyed)
      throw error
    })
}

/** Runs all variants of an attack, at once, or with a model one by one; one that fails has neither landed nor been stopped. */
export async function runAttack({ variants }: Attack, options: RunOptions): Promise<AttackOutcome> {
  const run = (variant: AttackVariant): Promise<VariantOutcome> =>
    runVariant(variant, options).catch((error: unknown) => describeFailure(variant, error))
  if (options.mind === undefined) return summarise(await Promise.all(variants.map(run)))
  const outcomes: VariantOutcome[] = []
  for (const variant of variants) outcomes.push(await run(variant))
  return summarise(outcomes)
}

function describeFailure({ title, stoppedBy }: AttackVariant, error: unknown): VariantOutcome {
  const failure = error instanceof Error ? error.message : String(error)
  const nothing = { landed: false, stoppedAsExpected: false, status: 0, code: undefined, exchanges: [] }
  return { title, ...nothing, expectedCode: stoppedBy, failure }
}

function summarise(variants: readonly VariantOutcome[]): AttackOutcome {
  return {
    landed: variants.every(({ landed }) => landed),
    stoppedAsExpected: variants.every(({ stoppedAsExpected }) => stoppedAsExpected),
    variants,
  }
}

/** An attack with what came of it on both sides. */
export interface AttackResult {
  readonly attack: Attack
  readonly weakened: AttackOutcome
  readonly hardened: AttackOutcome
}

/** How many stages stand at a time: each keeps a core busy while it starts. */
const STAGES = 3

/** How attacks are run. */
export interface RunAllOptions {
  /** Told of each that is over. */
  readonly progress?: (result: AttackResult) => void
  /** Who sits in the obedient agent's place; one attack is run at a time then. */
  readonly mind?: Mind
}

/** Runs attacks on both sides, several at a time; yields them in their order. */
export async function runAttacks(
  attacks: readonly Attack[],
  { progress = () => {}, mind }: RunAllOptions = {},
): Promise<readonly AttackResult[]> {
  const results: AttackResult[] = []
  const waiting = attacks.entries()
  const by = mind === undefined ? {} : { mind }
  const work = async (): Promise<void> => {
    for (const [index, attack] of waiting) {
      const weakened = await runAttack(attack, { against: 'weakened', ...by })
      const result = { attack, weakened, hardened: await runAttack(attack, { against: 'hardened', ...by }) }
      results[index] = result
      progress(result)
    }
  }
  await Promise.all(Array.from({ length: mind === undefined ? STAGES : 1 }, work))
  return results
}
