/** What the authorization server must keep to itself, beside its signing keys: made once, kept in its store. */
import { type JsonWebKey, randomBytes } from 'node:crypto'
import type { SecretRows } from '../keys/key-store.ts'
import type { Vault } from '../keys/vault.ts'

/** The secrets of one authorization server. */
export interface Secrets {
  /** Signs cookies. */
  readonly cookieKey: string
  /** 32 bytes that DPoP nonces are derived from, where the ledger brings no secret of its own. */
  readonly nonceSecret: Buffer
  /** 32 bytes that form tokens are derived from. */
  readonly formSecret: Buffer
}

/** Nonces of before memory was lost must be unknown: a store then forgets the secret of this name. */
export const NONCE_SECRET = 'nonce_secret'

/** Where earlier releases kept the one signing key. */
const SINGLE_KEY = 'signing_key'

/** Reads the secrets, making those that are missing; of several processes that start at once one makes them. */
export async function loadSecrets(rows: SecretRows, vault: Vault): Promise<Secrets> {
  const load = async (name: string): Promise<Buffer> => {
    await rows.add(vault.seal(name, randomBytes(32)))
    const stored = await rows.find(name)
    if (stored === undefined) throw new Error(`The secret ${name} could not be kept.`)
    const value = vault.open(stored)
    if (!vault.isCurrent(stored)) await rows.replace({ from: stored, to: vault.seal(name, value) })
    return value
  }
  return {
    cookieKey: (await load('cookie_key')).toString('base64url'),
    nonceSecret: await load(NONCE_SECRET),
    formSecret: await load('form_secret'),
  }
}

/** The signing key of an earlier release; `forgetSingleKey` follows once it stands among the keys. */
export async function findSingleKey(rows: SecretRows): Promise<JsonWebKey | undefined> {
  const stored = await rows.find(SINGLE_KEY)
  return stored === undefined ? undefined : JSON.parse(Buffer.from(stored.value).toString())
}

/** Removes it from where it was. */
export function forgetSingleKey(rows: SecretRows): Promise<void> {
  return rows.remove(SINGLE_KEY)
}
