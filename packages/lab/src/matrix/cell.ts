/** One cell of the matrix: one way of an attack against the hardened servers without one check. */
import type { AttackVariant } from '../attack.ts'
import { runOn, type VariantOutcome } from '../run-attack.ts'
import { startScene } from '../scene/scene.ts'
import type { SceneOptions } from '../scene/scene-options.ts'

/** What came of it. */
export interface Cell {
  /**
   * `broken`: without this check the attack cannot be played to its end, as something honest that it builds on does not
   * work either. `unclear`: it could not be told.
   */
  readonly outcome: 'landed' | 'stopped' | 'broken' | 'unclear'
  readonly status: number
  /** What it was answered with, where that has a name. */
  readonly code?: string
  /** Why it is broken or unclear. */
  readonly failure?: string
}

/** Longer than any attack takes, also on a machine that has other things to do; milliseconds. */
const PATIENCE_MS = 90_000

class TooLate extends Error {}

/** What a play yielded, or why it failed. */
export type Played = { readonly outcome: VariantOutcome } | { readonly error: Error }

/** How it is played. */
export interface Stage {
  readonly settings: SceneOptions
  /** Gives the servers the names of vulnerable ones. */
  readonly isWeak?: boolean
}

/** Sets a stage, plays, and takes it down. */
export async function playVariant(variant: AttackVariant, { settings, isWeak = false }: Stage): Promise<Played> {
  try {
    return { outcome: await playOn(variant, settings, isWeak) }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

async function playOn(variant: AttackVariant, settings: SceneOptions, isWeak: boolean): Promise<VariantOutcome> {
  const scene = await startScene(settings, isWeak)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new TooLate('it did not come to an end')), PATIENCE_MS)
  try {
    return await Promise.race([runOn(scene, variant), late.promise])
  } finally {
    clearTimeout(timer)
    await scene.close()
  }
}

/** Fills a cell. What has to be left behind is known of two servers only, so that nobody looks at it here. */
export async function fillCell({ aftermath: _, ...variant }: AttackVariant, settings: SceneOptions): Promise<Cell> {
  const first = await playVariant(variant, { settings })
  if ('outcome' in first) return toCell(first)
  const second = await playVariant(variant, { settings })
  return 'outcome' in second ? toCell(second) : describeFailures(first.error, second.error)
}

/** What fails twice in the same way fails because of what is missing, and not by chance. */
function describeFailures(first: Error, second: Error): Cell {
  const isSame = withoutNumbers(first.message) === withoutNumbers(second.message)
  const outcome = isSame && !(second instanceof TooLate) ? 'broken' : 'unclear'
  return { outcome, status: 0, failure: second.message }
}

/** Ports differ from stage to stage. */
function withoutNumbers(message: string): string {
  return message.replace(/\d{4,}/g, '')
}

/** What a play is in the matrix. */
export function toCell(played: Played): Cell {
  if ('error' in played) return { outcome: 'unclear', status: 0, failure: played.error.message }
  const { landed, status, code } = played.outcome
  return { outcome: landed ? 'landed' : 'stopped', status, ...(code !== undefined && { code }) }
}
