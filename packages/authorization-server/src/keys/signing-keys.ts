/** The signing keys of an issuer, the same at every process that shares its store: added, followed, retired. */
import type { JsonWebKey } from 'node:crypto'
import type { ExternalSigningKey } from 'oidc-provider'
import { type KeySchedule, type KeyState, scheduleKeys } from './key-schedule.ts'
import type { KeyRows, StoredKey } from './key-store.ts'
import { createSigningKey, makeSigningKey, nameKey } from './signing-key.ts'
import type { Vault } from './vault.ts'

/** One key, for those who look after them. Times are NumericDates. */
export interface KeyDescription {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  readonly state: KeyState
  readonly activeFrom: number
  /** Where another key follows: when it is published no more. */
  readonly publishedUntil?: number
}

/** The keys as this process knows them. */
export interface SigningKeys {
  /** Those that are published, the one that signs first. */
  published(): readonly ExternalSigningKey[]
  describe(): readonly KeyDescription[]
  /** Adds the next key, unless there is one already, and yields it. */
  rotate(): Promise<KeyDescription>
  /** Puts a new key in the place of all there are, and yields it. */
  replaceAll(): Promise<KeyDescription>
  /** Reads the store again; tells those who listen when keys or their states have changed. */
  refresh(): Promise<void>
  onChange(listener: () => void): void
}

/** What they are made with. */
export interface SigningKeyParts {
  readonly rows: KeyRows
  readonly vault: Vault
  readonly now: () => number
  /** Seconds that a key is published before it signs. */
  readonly publishAheadSeconds: number
  /** Seconds that it is published after another has followed it. */
  readonly retireAfterSeconds: number
}

type Schedule = KeySchedule<StoredKey>

/** Reads the keys; where there are none it adds `first`, or one that it makes. */
export async function openSigningKeys(parts: SigningKeyParts, first: JsonWebKey | undefined): Promise<SigningKeys> {
  const { rows, vault, now, publishAheadSeconds, retireAfterSeconds } = parts
  const opened = new Map<string, ExternalSigningKey>()
  const listeners = new Set<() => void>()
  let schedule: Schedule = { published: [], gone: [] }

  const refresh = async (): Promise<void> => {
    const stored = await rows.list()
    for (const { kid, secret } of stored) {
      if (!opened.has(kid)) opened.set(kid, createSigningKey(JSON.parse(vault.open(secret).toString()), kid))
    }
    const latest = scheduleKeys(stored, now(), retireAfterSeconds)
    const hasChanged = summarise(latest) !== summarise(schedule)
    schedule = latest
    if (hasChanged) for (const listener of listeners) listener()
    // Whoever deleted them may have had a reason: nothing is signed until there is one again, which every start makes.
    if (stored.length === 0) throw new Error('The signing keys are gone.')
    if (latest.gone.length > 0) await rows.remove(latest.gone.map(({ kid }) => kid))
  }
  const describe = () =>
    schedule.published.map(({ key: { kid, activeFrom }, ...rest }) => ({ kid, activeFrom, ...rest }))

  await rows.add(sealKey(vault, first ?? parseKey(makeSigningKey()), 0), BEFORE_ALL)
  await reseal(rows, vault)
  await refresh()
  return {
    published: () => schedule.published.flatMap(({ key }) => opened.get(key.kid) ?? []),
    describe,
    async rotate() {
      const time = Math.ceil(now())
      await rows.add(sealKey(vault, parseKey(makeSigningKey()), time + publishAheadSeconds), time)
      await refresh()
      return assertThere(describe().find(({ state }) => state === 'next') ?? describe()[0])
    },
    async replaceAll() {
      await rows.replaceAll(sealKey(vault, parseKey(makeSigningKey()), Math.floor(now())))
      await refresh()
      return assertThere(describe()[0])
    },
    refresh,
    onChange(listener) {
      listeners.add(listener)
    },
  }
}

function assertThere(key: KeyDescription | undefined): KeyDescription {
  if (key === undefined) throw new Error('The signing keys are gone.')
  return key
}

/** No key's time has come by then. */
const BEFORE_ALL = -1

function parseKey(json: Buffer): JsonWebKey {
  return JSON.parse(json.toString())
}

function sealKey(vault: Vault, jwk: JsonWebKey, activeFrom: number): StoredKey {
  const kid = nameKey(jwk)
  return { kid, activeFrom, secret: vault.seal(`signing_key ${kid}`, Buffer.from(JSON.stringify(jwk))) }
}

/** Encrypts under the current key what is not. */
async function reseal(rows: KeyRows, vault: Vault): Promise<void> {
  for (const { secret } of await rows.list()) {
    if (vault.isCurrent(secret)) continue
    await rows.replace({ from: secret, to: vault.seal(secret.name, vault.open(secret)) })
  }
}

function summarise({ published }: Schedule): string {
  return published.map(({ key, state }) => `${key.kid} ${state}`).join()
}
