/** The credentials that `up` leaves for `call`: a client id and a private key, good at one issuer. */
import { locateDataFolder } from './data-folder.ts'
import { CommandFailed } from './exit.ts'
import { readJsonFile, writeSecretJsonFile } from './json-file.ts'

/** What stands in the file; `private_jwk` is a P-256 or Ed25519 key. */
export interface ClientFile {
  readonly issuer: string
  /** Who attests the client; left out by releases without attestation. */
  readonly attestation_issuer?: string
  readonly client_id: string
  readonly private_jwk: JsonWebKey & { readonly kid?: string }
}

/** Reads it; undefined when it is not there. */
export function readClientFile(path: string): ClientFile | undefined {
  const file = readJsonFile(path)
  if (file === undefined) return undefined
  const { issuer, client_id, private_jwk, attestation_issuer } = file
  if (typeof issuer !== 'string' || typeof client_id !== 'string') throw unusable(path)
  const attester = typeof attestation_issuer === 'string' ? { attestation_issuer } : {}
  return { issuer, ...attester, client_id, private_jwk: toPrivateJwk(private_jwk, path) }
}

/** Reads the one in a data folder; where there is none, the message names the cure, and `otherwise` another. */
export function requireClientFile(data: string, otherwise = ''): ClientFile {
  const { clientFile } = locateDataFolder(data)
  const file = readClientFile(clientFile)
  if (file !== undefined) return file
  throw new CommandFailed(
    `There are no credentials at ${clientFile}. Start countersign up in this folder, or name its folder with --data${otherwise}.`,
  )
}

/** Writes it, readable by its owner alone. */
export function writeClientFile(path: string, file: ClientFile): void {
  writeSecretJsonFile(path, file)
}

/** Reads a file that holds nothing but a private key as a JWK. */
export function readKeyFile(path: string): ClientFile['private_jwk'] {
  const jwk = readJsonFile(path)
  if (jwk === undefined) throw new CommandFailed(`There is no key file ${path}.`, 2)
  return toPrivateJwk(jwk, path)
}

function toPrivateJwk(value: unknown, path: string): ClientFile['private_jwk'] {
  const isKey = typeof value === 'object' && value !== null && 'kty' in value && 'd' in value
  if (!isKey) throw unusable(path)
  return value as ClientFile['private_jwk']
}

function unusable(path: string): CommandFailed {
  return new CommandFailed(`${path} holds no private key as a JWK. Restore it, or move it away and run countersign up.`)
}
