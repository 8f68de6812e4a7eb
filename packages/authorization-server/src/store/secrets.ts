/** What the authorization server must keep to itself: made once, kept in its store. */
import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
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

/** What a store keeps of them. All reject when it cannot answer. */
export interface SecretRows {
  /** Adds one, unless there is one of that name. */
  add(name: string, value: Uint8Array): Promise<void>
  find(name: string): Promise<Uint8Array | undefined>
}

/** Nonces of before memory was lost must be unknown: a store then forgets the secret of this name. */
export const NONCE_SECRET = 'nonce_secret'

/** Reads the secrets, making those that are missing; of several processes that start at once one makes them. */
export async function loadSecrets(rows: SecretRows): Promise<Secrets> {
  const load = async (name: string, make: () => Buffer): Promise<Buffer> => {
    await rows.add(name, make())
    const value = await rows.find(name)
    if (value === undefined) throw new Error(`The secret ${name} could not be kept.`)
    return Buffer.from(value)
  }
  return {
    signingKey: JSON.parse((await load('signing_key', makeSigningKey)).toString()),
    cookieKey: (await load('cookie_key', makeSecret)).toString('base64url'),
    nonceSecret: await load(NONCE_SECRET, makeSecret),
    formSecret: await load('form_secret', makeSecret),
  }
}

function makeSecret(): Buffer {
  return randomBytes(32)
}

function makeSigningKey(): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519')
  return Buffer.from(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), alg: SIGNING_ALGORITHM, use: 'sig' }))
}
