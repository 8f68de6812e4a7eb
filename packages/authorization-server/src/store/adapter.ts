/** oidc-provider's storage adapter on the artefact store. */
import type { Revocations } from '../revocation/revocations.ts'
import { type ArtefactStore, digestId, type Payload } from './artefact-store.ts'

/** What oidc-provider stores one model's artefacts through; `expiresIn` is in seconds. */
export interface StorageAdapter {
  upsert(id: string, payload: Payload, expiresIn?: number): Promise<void>
  find(id: string): Promise<Payload | undefined>
  findByUid(uid: string): Promise<Payload | undefined>
  findByUserCode(userCode: string): Promise<Payload | undefined>
  consume(id: string): Promise<void>
  destroy(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

/** Spends the one use of a code or a refresh token, or throws `invalid_grant`. */
export type ConsumeArtefact = (model: string, id: string) => Promise<void>

/** What an adapter works with; `now` yields a NumericDate. */
export interface AdapterParts {
  readonly store: ArtefactStore
  readonly consume: ConsumeArtefact
  readonly revocations: Revocations
  readonly now: () => number
}

/** Creates the adapter of one model. */
export function createAdapter(model: string, { store, consume, revocations, now }: AdapterParts): StorageAdapter {
  return {
    async upsert(id, payload, expiresIn) {
      const expires = expiresIn === undefined ? undefined : Math.floor(now()) + expiresIn
      await store.save(model, id, model === 'Interaction' ? dropSessionCookie(payload) : payload, expires)
    },
    async find(id) {
      return (await store.find(model, id))?.payload
    },
    async findByUid(uid) {
      return (await store.findByUid(model, uid))?.payload
    },
    async findByUserCode() {
      return undefined
    },
    async consume(id) {
      await consume(model, id)
    },
    async destroy(id) {
      if (model === 'Grant') return revocations.grant(digestId(id))
      if (model === 'AccessToken' || model === 'ClientCredentials') return revocations.token(digestId(id))
      await store.remove(model, id)
    },
    async revokeByGrantId(grantId) {
      await store.removeByGrant(model, grantId)
    },
  }
}

/** The library keeps the value of the session's cookie beside the interaction and never looks at it again. */
function dropSessionCookie({ session, ...payload }: Payload): Payload {
  if (typeof session !== 'object' || session === null) return payload
  const { cookie: _credential, ...kept } = session as Record<string, unknown>
  return { ...payload, session: kept }
}
