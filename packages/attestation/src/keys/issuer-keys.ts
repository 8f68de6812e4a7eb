/** The keys of one issuer, wherever they come from, without those that were revoked, and what outlives a restart. */
import { type AttestationEvents, type Awaitable, type KeyRing, ok, refuse } from '@countersign/core'
import { createIssuerMemory } from './issuer-memory.ts'
import type { IssuerRecord, RevokedThumbprint } from './issuer-record.ts'
import type { KeyHolder } from './key-holder.ts'
import type { FetchedDocument, RemoteKeys, RemoteKeysOptions } from './remote-keys.ts'
import { createSeenKeys, type SeenKeys } from './seen-keys.ts'
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
  /** True once what earlier runs have remembered is here; false where it cannot be read. */
  recalls(): Awaitable<boolean>
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
  const memory = createIssuerMemory({ issuer, state, restore, merge })
  let document: FetchedDocument | undefined
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

  async function restore(record: IssuerRecord): Promise<void> {
    adopt(record)
    if (record.document !== undefined && (await remote?.restore(record.document))) document = record.document
  }

  function merge(stored: IssuerRecord): IssuerRecord {
    const isBehind = adopt(stored)
    return { revoked: listRevoked(), mark: holder?.mark, document: isBehind ? stored.document : document }
  }

  const recalls = () => memory.isLoaded || succeeds(memory.load())

  async function save(): Promise<void> {
    const written = told
    await memory.save()
    remembered = Math.max(remembered, written)
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
    allKeys: withFormer(inner, seen),
    ring: {
      async find(kid, algorithm) {
        if (!memory.isLoaded && !(await recalls())) return refuse('keys_unavailable', 'state')
        const key = await inner.find(kid, algorithm)
        if (!key.ok) return key
        seen.add(kid, key.value)
        return revoked.has(key.value.thumbprint) ? refuse('invalid_token', 'key_revoked') : key
      },
    },
    revoked: listRevoked,
    recalls,
    async ready() {
      await memory.load()
      await remote?.ready()
    },
    watch() {
      // What cannot be read is said to whoever asks for a key.
      void succeeds(memory.load())
      remote?.watch()
    },
    async invalidate() {
      await memory.load()
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

/** A key that is published no more is found under its old name. */
function withFormer(ring: KeyRing, seen: SeenKeys): KeyRing {
  return {
    async find(kid, algorithm) {
      const key = await ring.find(kid, algorithm)
      const former = key.ok ? undefined : seen.find(kid, algorithm)
      return former === undefined ? key : ok(former)
    },
  }
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work
    return true
  } catch {
    return false
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
