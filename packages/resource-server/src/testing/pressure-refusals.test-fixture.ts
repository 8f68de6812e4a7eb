/** One call for each rejection code that depends on the calls before it, refused with exactly it. */
import { createCapabilityOptions, grantCapability, wantedCapability } from './capability.test-fixture.ts'
import { deleteWith } from './capability-refusals.test-fixture.ts'
import type { Refusal } from './refusals.test-fixture.ts'
import type { SceneOptions } from './scene.test-fixture.ts'

/** Friction that is high after one call of the tool, and blocks after two. */
export const impatience = { tuning: { warmUp: 0, smoothing: 1, gain: 0.7 } } as const

/** A server where deleting has friction. */
export function createFrictionOptions(options: SceneOptions = {}): SceneOptions {
  const { tools } = createCapabilityOptions()
  return createCapabilityOptions({
    tools: { ...tools, delete_note: { ...tools?.delete_note, friction: {} } },
    friction: impatience,
    ...options,
  })
}

/** In the order of the table in core. */
export const pressureRefusals: readonly Refusal[] = [
  {
    code: 'approval_required',
    status: 403,
    error: 'insufficient_authorization',
    remediation: [wantedCapability(42)],
    options: createFrictionOptions(),
    arrange: async (scene) => {
      await scene.guard.check(await deleteWith(scene, [grantCapability()]))
      return deleteWith(scene, [grantCapability()])
    },
  },
  {
    code: 'friction_blocked',
    status: 429,
    headers: { 'retry-after': '52' },
    problem: { retry_after: 52 },
    options: createFrictionOptions(),
    arrange: async (scene) => {
      for (const _ of [1, 2]) await scene.guard.check(await deleteWith(scene, [grantCapability()]))
      return deleteWith(scene, [grantCapability()])
    },
  },
  {
    code: 'rate_limited',
    status: 429,
    headers: { 'retry-after': '60' },
    problem: { retry_after: 60 },
    options: { rates: { perClient: { calls: 1, seconds: 60 } } },
    arrange: async (scene) => {
      await scene.guard.check(await scene.request())
      return scene.request()
    },
  },
]
