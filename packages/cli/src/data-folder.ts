/** The folder in which `up` keeps everything, and where `call` finds the credentials that it left. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CommandFailed } from './exit.ts'

/** Used unless `--data` names another. */
export const DEFAULT_DATA_FOLDER = '.countersign'

/** The files in it. */
export interface DataFolder {
  readonly path: string
  /** Clients, grants, signing keys, spent credentials. */
  readonly authorizationDatabase: string
  readonly notesDatabase: string
  /** What was spent at the notes server: proofs, and uses of capabilities. */
  readonly ledgerDatabase: string
  /** Signing keys of the attestation issuer, and what its deployments have spent. */
  readonly attestationDatabase: string
  /** The private key that signs its bundles, as a JWK. */
  readonly attestationRootFile: string
  /** What is remembered of the issuers on the trust list. */
  readonly trustFolder: string
  /** Who `call` is, and its private key. */
  readonly clientFile: string
  /** The first user and their password. */
  readonly userFile: string
}

/** Names the files; touches nothing. */
export function locateDataFolder(path: string): DataFolder {
  return {
    path,
    authorizationDatabase: join(path, 'authorization.sqlite'),
    notesDatabase: join(path, 'notes.sqlite'),
    ledgerDatabase: join(path, 'ledger.sqlite'),
    attestationDatabase: join(path, 'attestation.sqlite'),
    attestationRootFile: join(path, 'attestation-root.json'),
    trustFolder: join(path, 'attestation-trust'),
    clientFile: join(path, 'client.json'),
    userFile: join(path, 'user.json'),
  }
}

/** Creates the folder for its owner alone, when it is not there. */
export function createDataFolder({ path }: DataFolder): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch {
    throw new CommandFailed(`${path} cannot be made a data folder. Name another one with --data.`)
  }
}
