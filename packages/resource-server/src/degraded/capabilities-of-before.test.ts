import { expect, it } from 'vitest'
import { createCapabilityOptions, grantCapability } from '../testing/capability.test-fixture.ts'
import { deleteWith } from '../testing/capability-refusals.test-fixture.ts'
import { start } from '../testing/issuer.test-fixture.ts'
import { createProcesses, send } from '../testing/processes.test-fixture.ts'

// The issuer's clock may be ahead of the store's by what clocks differ: then it says that it was minted after its use.
it.each([
  ['approved by a person', { approved_at: start + 5, expires: start + 65 }],
  ['approved by nobody', { expires: start + 3605 }],
])(
  'a capability, %s on a clock that is ahead, is used up for good when the store loses its memory',
  async (_, grant) => {
    const all = await createProcesses(createCapabilityOptions())
    const held = [grantCapability(grant)]
    const token = await all.scene.token({ iat: start + 5, exp: start + 305, authorization_details: held })
    const call = async () =>
      send(all.one, await deleteWith(all.scene, held, { token, proof: { nonce: await all.nonceOf(all.one) } }))
    expect(await call()).toBe('allowed')
    all.store.loseMemory(start + 5)
    expect(await call()).toBe('capability_exhausted')
  },
)
