/** The memory of one issuer: read once before anything is decided, and written one change after the other. */
import { type IssuerRecord, readRecord, writeRecord } from './issuer-record.ts'
import type { TrustState } from './trust-state.ts'

/** What a memory is made of. */
export interface IssuerMemoryOptions {
  readonly issuer: string
  /** Without it there is nothing to read, and nothing is written. */
  readonly state: TrustState | undefined
  /** Takes what earlier runs have left. */
  readonly restore: (record: IssuerRecord) => Promise<void>
  /** Takes what is written there now, by whatever process, and yields what is to be. */
  readonly merge: (stored: IssuerRecord) => IssuerRecord
}

/** A memory. */
export interface IssuerMemory {
  readonly isLoaded: boolean
  /** Resolves once earlier runs are restored; rejects with what the state rejects with, and tries again when asked again. */
  load(): Promise<void>
  /** Resolves once everything up to now is written; rejects with what the state rejects with. */
  save(): Promise<void>
}

/** Reads before each write, so that two processes of one state forget nothing of each other's. */
export function createIssuerMemory({ issuer, state, restore, merge }: IssuerMemoryOptions): IssuerMemory {
  let isLoaded = state === undefined
  let loading: Promise<void> | undefined
  let saving: Promise<unknown> = Promise.resolve()

  async function loadNow(): Promise<void> {
    await restore(readRecord(issuer, await state?.load(issuer)))
    isLoaded = true
  }

  async function saveNow(): Promise<void> {
    if (state === undefined) return
    const stored = readRecord(issuer, await state.load(issuer))
    await state.save(issuer, writeRecord(issuer, merge(stored)))
  }

  return {
    get isLoaded() {
      return isLoaded
    },
    async load() {
      if (isLoaded) return
      loading ??= loadNow().catch((error: unknown) => {
        // Somebody may put it right while we run.
        loading = undefined
        throw error
      })
      await loading
    },
    save() {
      const saved = saving.then(saveNow)
      saving = saved.catch(() => undefined)
      return saved
    },
  }
}
