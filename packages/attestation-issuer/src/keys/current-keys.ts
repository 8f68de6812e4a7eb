/** The key that signs now, asked for at each attestation: another process on the same file may have changed it. */
import {
  type AttestationSigner,
  createLocalSigner,
  findSigningKey,
  type SigningKey,
} from '@countersign/attestation/issue'
import type { Clock } from '@countersign/core'
import type { KeySnapshot, KeyStore } from '../store/key-store.ts'

/** The keys as they stand, and signers for them. */
export interface CurrentKeys {
  read(): KeySnapshot
  /** `undefined` while there is none. */
  signer(): Promise<AttestationSigner | undefined>
  /** A signer for any key whose private half is still there. */
  signerOf(keyId: string): Promise<AttestationSigner | undefined>
}

/** Creates it; keys are read again only after a change, and private halves only once. */
export function createCurrentKeys(store: KeyStore, clock: Clock): CurrentKeys {
  let snapshot: KeySnapshot | undefined
  let held: AttestationSigner | undefined

  const read = () => {
    if (snapshot?.revision !== store.revision()) snapshot = store.read()
    return snapshot
  }
  const signerOf = async (keyId: string) => {
    const privateJwk = store.privateJwk(keyId)
    return privateJwk === undefined ? undefined : createLocalSigner(privateJwk, keyId)
  }
  return {
    read,
    signerOf,
    async signer() {
      const active: SigningKey | undefined = findSigningKey(read().keys, clock())
      if (active === undefined) return undefined
      if (held?.keyId !== active.keyId) held = await signerOf(active.keyId)
      return held
    },
  }
}
