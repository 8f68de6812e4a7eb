/** Stores that take their time, as those across a network do: they show races that SQLite hides. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Variation } from '../src/variation.ts'

type SlowStores = Required<Pick<Variation, 'wrapAdapter' | 'wrapLedger'>>

/** Each call is delayed by so many milliseconds before it reaches the store, and again before its answer is seen. */
export function slowStores(milliseconds: number): SlowStores {
  const slow = async <T>(work: () => Promise<T>): Promise<T> => {
    await delay(milliseconds)
    const result = await work()
    await delay(milliseconds)
    return result
  }
  return {
    wrapAdapter: (adapter) => ({
      upsert: (id, payload, expiresIn) => slow(() => adapter.upsert(id, payload, expiresIn)),
      find: (id) => slow(() => adapter.find(id)),
      findByUid: (uid) => slow(() => adapter.findByUid(uid)),
      findByUserCode: (code) => slow(() => adapter.findByUserCode(code)),
      consume: (id) => slow(() => adapter.consume(id)),
      destroy: (id) => slow(() => adapter.destroy(id)),
      revokeByGrantId: (id) => slow(() => adapter.revokeByGrantId(id)),
    }),
    wrapLedger: (ledger) => ({ lifetime: ledger.lifetime, spend: (spends) => slow(() => ledger.spend(spends)) }),
  }
}

/** A slow store of artefacts alone, 5 ms. */
export const slowDown: SlowStores['wrapAdapter'] = (adapter) => slowStores(5).wrapAdapter(adapter)
