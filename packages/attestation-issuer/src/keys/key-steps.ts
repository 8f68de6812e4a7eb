/** The steps in the life of an issuer's keys, each in one transaction: several processes may tend to one file. */
import {
  activateKey,
  createLocalSigner,
  findDueStep,
  findSigningKey,
  generateSigningJwk,
  type KeyLifePolicy,
  type KeyStep,
  prepareKey,
  retireKey,
  revokeKey,
  type SigningKey,
} from '@countersign/attestation/issue'
import type { RevocationReason } from '@countersign/attestation/trust'
import type { Clock, PublicJwk } from '@countersign/core'
import type { Epoch } from '@countersign/ledgers/sqlite'
import type { KeyStore, NewKey } from '../store/key-store.ts'

/** The key that is to sign next, and from when on; where the root is kept offline, not before a bundle lists it. */
export interface KeyRotation {
  readonly keyId: string
  readonly state: 'prepared' | 'active'
  /** NumericDate; in the past when it signs already. */
  readonly activatesAt: number
}

/** Whether a key was revoked; not one that is `unknown`, or in a `state` from which it cannot be. */
export type RevokeResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: Extract<KeyStep, { ok: false }>['reason'] }

/** What the steps work on. */
export interface KeyStepsParts {
  readonly epoch: Epoch
  readonly keys: KeyStore
  readonly policy: KeyLifePolicy
  readonly clock: Clock
  /** Can verifiers know a key that is prepared? Not while no bundle lists it. */
  readonly isListed: (keyId: string) => boolean
}

/** Takes steps. All reject when the database cannot answer. */
export interface KeySteps {
  /** Takes whatever steps are due, and destroys the private halves of keys that nobody trusts any more. */
  tend(): Promise<void>
  /** Makes a key, unless one is prepared already, that signs as soon as verifiers have had time to know it. */
  rotate(): Promise<KeyRotation>
  revoke(keyId: string, reason: RevocationReason): Promise<RevokeResult>
}

/** More steps than can ever be due at one moment: one to prepare, one to activate, and both again for a process beside. */
const MOST_STEPS = 8

/** Creates the steps; nothing happens until one is called. */
export function createKeySteps({ epoch, keys: store, policy, clock, isListed }: KeyStepsParts): KeySteps {
  /** A key that signs is kept for as long as nobody could verify what the next one signs. */
  function findDue(keys: readonly SigningKey[], now: number): 'prepare' | 'activate' | undefined {
    const listed = keys.filter(({ state, keyId }) => state !== 'prepared' || isListed(keyId))
    if (findPlanned(store, listed, now) !== undefined) return 'activate'
    const due = findDueStep(keys, now, policy)
    const isHeldBack = due === 'activate' && findSigningKey(keys, now) !== undefined && findNext(listed) === undefined
    return isHeldBack ? undefined : due
  }

  function take(due: 'prepare' | 'activate', made: MadeKey | undefined): void {
    const now = clock()
    const standing = store.read().keys
    // Another process may have taken the step since.
    if (findDue(standing, now) !== due) return
    const keys = retireExpired(standing, now, policy)
    if (due === 'activate') {
      const listed = keys.filter(({ keyId }) => isListed(keyId))
      const next = findPlanned(store, listed, now) ?? findNext(listed) ?? findNext(keys)
      if (next !== undefined) store.write(must(activateKey(keys, next.keyId, now, policy)))
    } else if (made !== undefined) {
      store.write(must(prepareKey(keys, made, now)), made)
    }
  }

  /** Retired keys that nobody trusts any more and that could still sign. A look costs no lock. */
  function listUnneeded(): readonly SigningKey[] {
    const now = clock()
    const over = store.read().keys.filter((key) => key.state === 'retired' && now >= key.publishedUntil)
    return over.filter(({ keyId }) => store.privateJwk(keyId) !== undefined)
  }

  return {
    async tend() {
      for (let step = 0; step < MOST_STEPS; step++) {
        const due = findDue(store.read().keys, clock())
        if (due === undefined) break
        const made = due === 'prepare' ? await makeKey() : undefined
        epoch.transact(() => take(due, made))
      }
      const unneeded = listUnneeded()
      if (unneeded.length === 0) return
      epoch.transact(() => {
        for (const { keyId } of unneeded) store.destroyPrivateJwk(keyId)
      })
    },
    async rotate() {
      const made = await makeKey()
      return epoch.transact(() => {
        const now = clock()
        let { keys } = store.read()
        if (findNext(keys) === undefined) {
          keys = must(prepareKey(keys, made, now))
          store.write(keys, made)
        }
        const next = findNext(keys)
        if (next === undefined) throw new Error('A key that was prepared is not there.')
        const activatesAt = next.preparedAt + policy.publishAhead
        store.planActivation(next.keyId, activatesAt)
        if (now < activatesAt || !isListed(next.keyId)) return { keyId: next.keyId, state: 'prepared', activatesAt }
        store.write(must(activateKey(keys, next.keyId, now, policy)))
        return { keyId: next.keyId, state: 'active', activatesAt: now }
      })
    },
    async revoke(keyId, reason) {
      return epoch.transact(() => {
        const step = revokeKey(store.read().keys, keyId, Math.floor(clock()), reason)
        if (!step.ok) return { ok: false, reason: step.reason }
        store.write(step.keys)
        return { ok: true }
      })
    },
  }
}

interface MadeKey extends NewKey {
  readonly publicJwk: PublicJwk
}

/** An Ed25519 key, named by its thumbprint (RFC 7638): no two ever share a name. */
async function makeKey(): Promise<MadeKey> {
  for (;;) {
    const privateJwk = await generateSigningJwk('Ed25519')
    const { keyId, publicJwk } = await createLocalSigner(privateJwk)
    // A command line would take it for a flag.
    if (!keyId.startsWith('-')) return { keyId, publicJwk, privateJwk }
  }
}

/** The prepared key of which an operator has said that it shall sign by now. */
function findPlanned(store: KeyStore, keys: readonly SigningKey[], now: number): SigningKey | undefined {
  return keys.find((key) => key.state === 'prepared' && now >= (store.plannedActivation(key.keyId) ?? Infinity))
}

/** The one that was prepared first: most verifiers know it. */
function findNext(keys: readonly SigningKey[]): SigningKey | undefined {
  return keys.find(({ state }) => state === 'prepared')
}

/** A key that came to its end with nobody there: it holds no place against the next one, which is needed at once. */
function retireExpired(keys: readonly SigningKey[], now: number, policy: KeyLifePolicy): readonly SigningKey[] {
  const expired = keys.find((key) => key.state === 'active' && now >= key.expires)
  return expired === undefined ? keys : must(retireKey(keys, expired.keyId, now, policy))
}

function must(step: KeyStep): readonly SigningKey[] {
  if (!step.ok) throw new Error(`A step in the life of keys that was due cannot be taken: ${step.reason}.`)
  return step.keys
}
