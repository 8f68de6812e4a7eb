/** The keys of one issuer, wherever they come from, without those that were revoked, and what outlives a restart. */
import { type AttestationEvents, type KeyRing, ok, refuse } from '@countersign/core'
import { type IssuerRecord, type RevokedThumbprint, readRecord, writeRecord } from './issuer-record.ts'
import type { KeyHolder } from './key-holder.ts'
import type { FetchedDocument, RemoteKeys, RemoteKeysOptions } from './remote-keys.ts'
import { createSeenKeys } from './seen-keys.ts'
import type { TrustState } from './trust-state.ts'

/** Keys that are fetched: what holds them, and how they are come by. */
export interface RemoteSource {
  readonly holder: KeyHolder
  readonly connect: (onInstalled: RemoteKeysOptions['onInstalled']) => RemoteKeys
}

/** What an issuer's keys are made of. */
export interface IssuerKeysOptions {
  readonly issuer: string
  readonly source: { readonly ring: KeyRing } | RemoteSource
  readonly state: TrustState | undefined
  readonly events: AttestationEvents | undefined
  /** Told of each revoked key once, remembered ones included. */
  readonly onRevoked: (key: RevokedThumbprint) => void
}

/** The keys of one issuer. */
export interface IssuerKeys {
  /** Without revoked keys. */
  readonly ring: KeyRing
  /** With them, and with those that were in use here and are published no more: to understand what a stolen key says. */
  readonly allKeys: KeyRing
  readonly revoked: () => readonly RevokedThumbprint[]
  /** Resolves once there are keys; rejects with what stands in the way. */
  ready(): Promise<void>
  /** Sees to it that revocations are heard of, also while nobody asks for keys: of earlier runs now, of new ones in time. */
  watch(): void
  invalidate(): Promise<void>
  /** Takes a key out at once; resolves once that is remembered. */
  revoke(key: RevokedThumbprint): Promise<void>
  close(): void
}

/** Nothing is found before what is remembered is here: a key may have been revoked before the restart. */
export function createIssuerKeys({ issuer, source, state, events, onRevoked }: IssuerKeysOptions): IssuerKeys {
  const revoked = new Map<string, string>()
  const seen = createSeenKeys()
  const { inner, remote, holder } = openSource(source, installed)
  let document: FetchedDocument | undefined
  let isLoaded = state === undefined
  let loading: Promise<void> | undefined
  let saving: Promise<unknown> = Promise.resolve()
  /** Revocations that were told here, and how many of them are remembered. */
  let told = 0
  let remembered = 0

  function addRevoked({ thumbprint, reason }: RevokedThumbprint, isNews: boolean): void {
    if (revoked.has(thumbprint)) return
    revoked.set(thumbprint, reason)
    if (isNews) {
      told += 1
      events?.({ type: 'attestation_key_revoked', issuer, keyThumbprint: thumbprint, reason })
    }
    onRevoked({ thumbprint, reason })
  }

  function listRevoked(): readonly RevokedThumbprint[] {
    return [...revoked].map(([thumbprint, reason]) => ({ thumbprint, reason }))
  }

  /** Takes in what an earlier run or another process has remembered; true when that knows a newer document. */
  function adopt(record: IssuerRecord): boolean {
    for (const key of record.revoked) addRevoked(key, false)
    const isBehind = record.mark !== undefined && holder?.remember(record.mark) === true
    if (isBehind) remote?.distrust()
    return isBehind
  }

  async function restore(): Promise<void> {
    const record = readRecord(issuer, await state?.load(issuer))
    adopt(record)
    if (record.document !== undefined && (await remote?.restore(record.document))) document = record.document
    isLoaded = true
  }

  function load(): Promise<void> {
    loading ??= restore().catch((error: unknown) => {
      // Somebody may put it right while we run.
      loading = undefined
      throw error
    })
    return loading
  }

  async function saveNow(): Promise<void> {
    if (state === undefined) {
      remembered = told
      return
    }
    const stored = readRecord(issuer, await state.load(issuer))
    const isBehind = adopt(stored)
    const kept = isBehind ? stored.document : document
    const written = told
    await state.save(issuer, writeRecord(issuer, { revoked: listRevoked(), mark: holder?.mark, document: kept }))
    remembered = written
  }

  /** One after the other, each with what the one before has written. */
  function save(): Promise<void> {
    const saved = saving.then(saveNow)
    saving = saved.catch(() => undefined)
    return saved
  }

  async function installed(fetched: FetchedDocument, takenBack: readonly RevokedThumbprint[]): Promise<void> {
    document = fetched
    for (const key of takenBack) addRevoked(key, true)
    try {
      await save()
    } catch {
      // The keys are good; that the next run will know of them is not certain.
      events?.({ type: 'key_fetch_failed', issuer, reason: 'state' })
    }
  }

  return {
    allKeys: {
      async find(kid, algorithm) {
        const key = await inner.find(kid, algorithm)
        const former = key.ok ? undefined : seen.find(kid, algorithm)
        return former === undefined ? key : ok(former)
      },
    },
    ring: {
      async find(kid, algorithm) {
        if (!isLoaded) {
          try {
            await load()
          } catch {
            return refuse('keys_unavailable', 'state')
          }
        }
        const key = await inner.find(kid, algorithm)
        if (!key.ok) return key
        seen.add(kid, key.value)
        return revoked.has(key.value.thumbprint) ? refuse('invalid_token', 'key_revoked') : key
      },
    },
    revoked: listRevoked,
    async ready() {
      if (!isLoaded) await load()
      await remote?.ready()
    },
    watch() {
      // What cannot be read is said to whoever asks for a key.
      if (!isLoaded) load().catch(() => undefined)
      remote?.watch()
    },
    async invalidate() {
      if (!isLoaded) await load()
      document = undefined
      // Written first: what was poisoned must not come back with a restart in the middle of this.
      await save()
      await remote?.invalidate()
    },
    async revoke(key) {
      addRevoked(key, true)
      // Whoever holds a stolen key may tell of it over and over: the disk need not hear of it each time.
      if (remembered < told) await save()
    },
    close: () => remote?.close(),
  }
}

function openSource(
  source: IssuerKeysOptions['source'],
  onInstalled: RemoteKeysOptions['onInstalled'],
): { readonly inner: KeyRing; readonly remote?: RemoteKeys; readonly holder?: KeyHolder } {
  if ('ring' in source) return { inner: source.ring }
  const remote = source.connect(onInstalled)
  return { inner: remote, remote, holder: source.holder }
}
