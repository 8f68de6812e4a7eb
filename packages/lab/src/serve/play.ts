/** Plays attacks on stages of their own, and tells what happens while it does. */
import type { Attack, AttackVariant } from '../attack.ts'
import type { Column } from '../matrix/column.ts'
import { recordExchanges } from '../recording/recording.ts'
import type { Side } from '../run-attack.ts'
import { type Scene, startScene } from '../scene/scene.ts'
import { type SceneOptions, withSettings } from '../scene/scene-options.ts'
import type { Outcome, Step, Tell } from './events.ts'
import { followSteps, type LiveSteps } from './live-steps.ts'
import { takeOut } from './weaknesses.ts'

/** Characters of what an attack failed with. */
const LONGEST_FAILURE = 300

/** How it is played. */
export interface Play {
  /** What the hardened server lacks. */
  readonly without: readonly Column[]
  readonly tell: Tell
  /** Ends it: the stage is taken down, whatever is still going on there. */
  readonly signal: AbortSignal
}

/** Plays one way of an attack on both servers at once. */
export async function playBothSides(variant: AttackVariant, play: Play): Promise<void> {
  const sides = ['weakened', 'hardened'] as const satisfies readonly Side[]
  await Promise.all(
    sides.map(async (side) => {
      const outcome = await playSide(variant, side, play)
      play.tell({ type: 'outcome', side, outcome })
    }),
  )
}

/** Plays every way of every attack on the hardened server that lacks what was chosen, and tells of outcomes alone. */
export async function playAll(attacks: readonly Attack[], { without, tell, signal }: Play): Promise<void> {
  for (const attack of attacks) {
    const outcomes: Outcome[] = []
    for (const variant of attack.variants) {
      outcomes.push(await playSide(variant, 'hardened', { without, signal, tell: () => {} }))
    }
    tell({ type: 'swept', attack: attack.id, outcomes })
  }
}

/** A failure of the attack is an outcome; being ended is not. */
async function playSide(variant: AttackVariant, side: Side, play: Play): Promise<Outcome> {
  const isWeak = side === 'weakened'
  const settings = isWeak ? withSettings(variant.common ?? {}, variant.weakened) : takeOut(variant, play.without)
  try {
    return await onStage({ settings, isWeak, signal: play.signal }, (scene) => {
      const live = followSteps(side, (url) => scene.nameOf(url), play.tell)
      return playOn(scene, variant, live)
    })
  } catch (error) {
    play.signal.throwIfAborted()
    return { landed: false, stoppedAsExpected: false, status: 0, failure: describeFailure(error) }
  }
}

/** Messages may quote what was sent. */
function describeFailure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replaceAll(/eyJ[\w.-]+/g, '‹token›').slice(0, LONGEST_FAILURE)
}

interface Stage {
  readonly settings: SceneOptions
  readonly isWeak: boolean
  /** Takes the stage down. */
  readonly signal: AbortSignal
}

async function onStage<T>({ settings, isWeak, signal }: Stage, work: (scene: Scene) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const scene = await startScene(settings, isWeak)
  const ended = Promise.withResolvers<never>()
  const end = (): void => ended.reject(signal.reason)
  signal.addEventListener('abort', end, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([work(scene), ended.promise])
  } finally {
    signal.removeEventListener('abort', end)
    await scene.close()
  }
}

async function playOn(scene: Scene, variant: AttackVariant, live: LiveSteps): Promise<Outcome> {
  try {
    const { result: answer } = await recordExchanges(() => variant.run(scene), live.noted)
    const landed = variant.landed?.(answer) ?? (answer.status === 200 && answer.code === undefined)
    await variant.aftermath?.(scene, landed, answer)
    const { status, code } = answer
    return {
      landed,
      stoppedAsExpected: !landed && status === variant.status && code === variant.stoppedBy,
      status,
      ...(code !== undefined && { code }),
      ...findDecision(live.end(), status),
    }
  } finally {
    live.end()
  }
}

/** The last message that was answered so. */
function findDecision(steps: readonly Step[], status: number): Pick<Outcome, 'decidedBy'> {
  const step = steps.findLast((each) => each.status === status && each.from !== 'person')
  return step === undefined ? {} : { decidedBy: step.index }
}
