/** What the authorization server must keep to itself: made once, kept in its database. */
import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { SIGNING_ALGORITHM } from '../configuration/tokens.ts'

/** The secrets of one authorization server. */
export interface Secrets {
  /** The private key that tokens are signed with. */
  readonly signingKey: JsonWebKey
  /** Signs cookies. */
  readonly cookieKey: string
  /** 32 bytes that DPoP nonces are derived from. */
  readonly nonceSecret: Buffer
  /** 32 bytes that form tokens are derived from. */
  readonly formSecret: Buffer
}

/** Reads the secrets, making those that are missing; of several processes that start at once one makes them. */
export function loadSecrets(database: DatabaseSync): Secrets {
  const insert = database.prepare('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const select = database.prepare('SELECT value FROM secrets WHERE name = ?')
  const load = (name: string, make: () => Buffer): Buffer => {
    insert.run(name, make())
    const value = select.get(name)?.value
    if (!(value instanceof Uint8Array)) throw new Error(`The secret ${name} could not be kept.`)
    return Buffer.from(value)
  }
  return {
    signingKey: JSON.parse(load('signing_key', makeSigningKey).toString()),
    cookieKey: load('cookie_key', makeSecret).toString('base64url'),
    nonceSecret: load('nonce_secret', makeSecret),
    formSecret: load('form_secret', makeSecret),
  }
}

/** Makes every nonce that was handed out before unknown. */
export function forgetNonces(database: DatabaseSync): void {
  database.exec("DELETE FROM secrets WHERE name = 'nonce_secret'")
}

function makeSecret(): Buffer {
  return randomBytes(32)
}

function makeSigningKey(): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519')
  return Buffer.from(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), alg: SIGNING_ALGORITHM, use: 'sig' }))
}
