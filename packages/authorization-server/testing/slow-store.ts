/** A store that takes 5 ms for everything, as one across a network would: it shows races that SQLite hides. */
import { setTimeout as delay } from 'node:timers/promises'
import type { WrapAdapter } from '../src/authorization-server.ts'

const DELAY_MS = 5

/** Wraps an adapter: each call is delayed before it reaches the store and again before its answer is seen. */
export const slowDown: WrapAdapter = (adapter) => {
  const slow = async <T>(work: () => Promise<T>): Promise<T> => {
    await delay(DELAY_MS)
    const result = await work()
    await delay(DELAY_MS)
    return result
  }
  return {
    upsert: (id, payload, expiresIn) => slow(() => adapter.upsert(id, payload, expiresIn)),
    find: (id) => slow(() => adapter.find(id)),
    findByUid: (uid) => slow(() => adapter.findByUid(uid)),
    findByUserCode: (code) => slow(() => adapter.findByUserCode(code)),
    consume: (id) => slow(() => adapter.consume(id)),
    destroy: (id) => slow(() => adapter.destroy(id)),
    revokeByGrantId: (id) => slow(() => adapter.revokeByGrantId(id)),
  }
}
