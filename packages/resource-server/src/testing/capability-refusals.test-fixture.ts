/** One call for each rejection code that has to do with capabilities, refused with exactly it. */
import { createCapabilityOptions, grantCapability, wantedCapability } from './capability.test-fixture.ts'
import { type Members, start } from './issuer.test-fixture.ts'
import type { Refusal } from './refusals.test-fixture.ts'
import { type RequestParts, type Scene, toolCall } from './scene.test-fixture.ts'

const body = toolCall('delete_note', { note_id: 42 })
const refused = { status: 403, error: 'insufficient_authorization', remediation: [wantedCapability(42)] } as const

/** A call that deletes note 42, with what the token holds. */
export async function deleteWith(scene: Scene, held: readonly Members[], parts?: RequestParts): Promise<Request> {
  return scene.request({ token: await scene.token({ authorization_details: held }), body, ...parts })
}

/** A token with one capability that is not for this call. */
const show = (overrides: Members) => ({
  options: createCapabilityOptions(),
  arrange: (scene: Scene) => deleteWith(scene, [grantCapability(overrides)]),
})

/** In the order of the table in core. */
export const capabilityRefusals: readonly Refusal[] = [
  {
    code: 'capability_required',
    ...refused,
    options: createCapabilityOptions(),
    arrange: (scene) => deleteWith(scene, []),
  },
  { code: 'capability_mismatch', ...refused, ...show({ arguments: { '/note_id': { equals: 99 } } }) },
  { code: 'capability_expired', ...refused, ...show({ expires: start - 1 }) },
  {
    code: 'capability_exhausted',
    ...refused,
    options: createCapabilityOptions(),
    arrange: async (scene) => {
      const held = [grantCapability()]
      await scene.guard.check(await deleteWith(scene, held))
      return deleteWith(scene, held)
    },
  },
]
