/** Secrets at rest: AES-256-GCM (NIST SP 800-38D) under a key that is not in the database. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { EncryptionOptions } from '../configuration/options.ts'

/** A secret as a store keeps it. */
export interface StoredSecret {
  /** What it is; a value is good under its own name alone. */
  readonly name: string
  readonly value: Uint8Array
  /** The tag of the key that it is encrypted under; undefined where it lies in clear. */
  readonly sealedWith: string | undefined
}

/** Seals and opens. */
export interface Vault {
  /** True when there is a key; else secrets are kept as they are. */
  readonly seals: boolean
  seal(name: string, value: Uint8Array): StoredSecret
  /** Throws `SecretsUnreadable`. */
  open(stored: StoredSecret): Buffer
  /** True for what is kept as a new secret would be, or is to be left as it is. */
  isCurrent(stored: StoredSecret): boolean
}

/** Thrown when the secrets in a database cannot be read with the keys that were given. Nothing was changed. */
export class SecretsUnreadable extends Error {
  constructor(explanation: string) {
    super(`The secrets in the database cannot be read: ${explanation}`)
    this.name = 'SecretsUnreadable'
  }
}

const ALGORITHM = 'aes-256-gcm'
const KEY_OCTETS = 32
const NONCE_OCTETS = 12
const MAC_OCTETS = 16
const TAG_OCTETS = 8

/** Creates it; throws a TypeError for keys that are none. `allowsClear` is whether it takes what lies in clear. */
export function createVault(encryption: EncryptionOptions | undefined, allowsClear: boolean): Vault {
  const keys = encryption === undefined ? [] : [encryption.key, ...(encryption.previous ?? [])]
  const byTag = new Map(keys.map((key) => [tagOf(key), Buffer.from(key)]))
  const [current] = byTag

  return {
    seals: current !== undefined,
    seal(name, value) {
      if (current === undefined) return { name, value, sealedWith: undefined }
      const [sealedWith, key] = current
      const nonce = randomBytes(NONCE_OCTETS)
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(describe(name))
      const sealed = Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()])
      return { name, value: sealed, sealedWith }
    },
    open(stored) {
      const { value, sealedWith } = stored
      if (sealedWith === undefined) {
        if (allowsClear) return Buffer.from(value)
        throw new SecretsUnreadable(
          'one of them lies there in clear, and was not put there by this server. Restore them.',
        )
      }
      const key = byTag.get(sealedWith)
      if (key === undefined) throw new SecretsUnreadable(explainMissing(sealedWith, [...byTag.keys()]))
      return unseal(stored, key)
    },
    isCurrent: ({ sealedWith }) => encryption?.leavesOthers === true || sealedWith === current?.[0],
  }
}

function unseal({ name, value }: StoredSecret, key: Buffer): Buffer {
  try {
    const sealed = Buffer.from(value)
    const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_OCTETS), { authTagLength: MAC_OCTETS })
    decipher.setAAD(describe(name)).setAuthTag(sealed.subarray(-MAC_OCTETS))
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_OCTETS, -MAC_OCTETS)), decipher.final()])
  } catch {
    throw new SecretsUnreadable('one of them was changed since it was encrypted. Restore them from a backup.')
  }
}

/** What a sealed value is bound to beside its key: version of the format, and name. */
function describe(name: string): Buffer {
  return Buffer.from(`countersign secret\0v1\0${name}`)
}

/** Names a key without telling anything of it that helps to guess 256 random bits. */
function tagOf(key: Uint8Array): string {
  if (!(key instanceof Uint8Array) || key.length !== KEY_OCTETS || new Set(key).size < 2) {
    throw new TypeError(
      `An encryption key is ${KEY_OCTETS} random octets: \`openssl rand -hex ${KEY_OCTETS}\` makes one.`,
    )
  }
  const digest = createHash('sha256').update('countersign encryption key\0').update(key).digest()
  return digest.subarray(0, TAG_OCTETS).toString('base64url')
}

function explainMissing(tag: string, known: readonly string[]): string {
  if (known.length === 0)
    return `they are encrypted (under the key with the tag ${tag}). Give the key as \`encryption\`.`
  return `they are encrypted under the key with the tag ${tag}, and given were ${known.join(', ')}. Give that one too, as \`encryption.previous\`.`
}
