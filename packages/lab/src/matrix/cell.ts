/** One cell of the matrix: one way of an attack against the hardened servers without one check. */
import type { AttackVariant } from '../attack.ts'
import { runOn, type VariantOutcome } from '../run-attack.ts'
import { type SceneOptions, startScene } from '../scene/scene.ts'

/** What came of it. */
export interface Cell {
  /** `unclear`: it could not be told. */
  readonly outcome: 'landed' | 'stopped' | 'unclear'
  readonly status: number
  /** What it was answered with, where that has a name. */
  readonly code?: string
  /** Why it is unclear. */
  readonly failure?: string
}

/** Longer than any attack waits, in milliseconds. */
const PATIENCE_MS = 30_000

/**
 * Sets a stage with these settings, plays, and takes it down; `isWeak` gives the servers the names of vulnerable ones. A
 * stage that fails is set up once more.
 */
export async function playVariant(
  variant: AttackVariant,
  settings: SceneOptions,
  isWeak = false,
): Promise<VariantOutcome> {
  try {
    return await playOnce(variant, settings, isWeak)
  } catch {
    return await playOnce(variant, settings, isWeak)
  }
}

async function playOnce(variant: AttackVariant, settings: SceneOptions, isWeak: boolean): Promise<VariantOutcome> {
  const scene = await startScene(settings, isWeak)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('it did not come to an end')), PATIENCE_MS)
  try {
    return await Promise.race([runOn(scene, variant), late.promise])
  } finally {
    clearTimeout(timer)
    await scene.close()
  }
}

/** Fills a cell. */
export async function fillCell(variant: AttackVariant, settings: SceneOptions): Promise<Cell> {
  try {
    return toCell(await playVariant(variant, settings))
  } catch (error) {
    return toUnclear(error)
  }
}

/** What a played variant is in the matrix. */
export function toCell({ landed, status, code }: VariantOutcome): Cell {
  return { outcome: landed ? 'landed' : 'stopped', status, ...(code !== undefined && { code }) }
}

/** What one is that failed. */
export function toUnclear(error: unknown): Cell {
  return { outcome: 'unclear', status: 0, failure: error instanceof Error ? error.message : String(error) }
}
