/** oidc-provider's storage adapter on the artefact store. */
import type { Adapter } from 'oidc-provider'
import type { ArtefactStore } from './artefact-store.ts'

/** Spends the one use of a code or a refresh token, or throws `invalid_grant`. */
export type ConsumeArtefact = (model: string, id: string) => Promise<void>

/** Creates the adapter of one model. `now` yields a NumericDate. */
export function createAdapter(
  model: string,
  store: ArtefactStore,
  consume: ConsumeArtefact,
  now: () => number,
): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      store.save(model, id, payload, expiresIn === undefined ? undefined : Math.floor(now()) + expiresIn)
    },
    async find(id) {
      return store.find(model, id)?.payload
    },
    async findByUid(uid) {
      return store.findByUid(model, uid)?.payload
    },
    async findByUserCode() {
      return undefined
    },
    async consume(id) {
      await consume(model, id)
    },
    async destroy(id) {
      store.remove(model, id)
    },
    async revokeByGrantId(grantId) {
      store.removeByGrant(model, grantId)
    },
  }
}
