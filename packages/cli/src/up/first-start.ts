/** What a first start makes up: the client of `call`, and one user with a random password. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { exportJWK, generateKeyPair } from 'jose'
import { type ClientFile, readClientFile } from '../client-file.ts'
import type { DataFolder } from '../data-folder.ts'
import { CommandFailed } from '../exit.ts'
import { readJsonFile, writeSecretJsonFile } from '../json-file.ts'

/** The client that `call` acts as. */
const CLIENT_ID = 'countersign-call'

/** Where the client gets its tokens, and who attests it. */
type Issuers = Required<Pick<ClientFile, 'issuer' | 'attestation_issuer'>>

/** Someone who can log in. */
export interface User {
  readonly subject: string
  readonly name: string
  readonly password: string
}

/** The client of earlier starts, or a new one with a key of its own; not written yet. */
export async function prepareClient(folder: DataFolder, issuers: Issuers): Promise<ClientFile> {
  const known = readClientFile(folder.clientFile)
  return known === undefined ? createClient(issuers) : { ...known, ...issuers }
}

async function createClient(issuers: Issuers): Promise<ClientFile> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const private_jwk = { ...(await exportJWK(privateKey)), alg: 'ES256', kid: randomBytes(8).toString('hex') }
  return { ...issuers, client_id: CLIENT_ID, private_jwk }
}

/**
 * The user of `user.json`; a new one when there is neither that file nor a database that may know users already.
 * `isNew` tells whether this start made them up.
 */
export function prepareUser(folder: DataFolder): { readonly user: User; readonly isNew: boolean } | undefined {
  const known = readJsonFile(folder.userFile)
  if (known !== undefined) return { user: toUser(known, folder.userFile), isNew: false }
  if (existsSync(folder.authorizationDatabase)) return undefined
  const user = {
    subject: randomBytes(16).toString('hex'),
    name: 'admin',
    password: randomBytes(15).toString('base64url'),
  }
  writeSecretJsonFile(folder.userFile, user)
  return { user, isNew: true }
}

function toUser({ subject, name, password }: Readonly<Record<string, unknown>>, path: string): User {
  if (typeof subject === 'string' && typeof name === 'string' && typeof password === 'string') {
    return { subject, name, password }
  }
  throw new CommandFailed(
    `${path} lacks subject, name or password. Restore it, or delete it to keep the users as they are.`,
  )
}
