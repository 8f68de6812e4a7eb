/** Whose attestations count here: those of a trust file, or of the issuer that `up` runs. */
import { createTrustFolder, loadTrust } from '@countersign/attestation/node'
import {
  createTrust,
  createTrustList,
  type Trust,
  type TrustList,
  type TrustState,
} from '@countersign/attestation/trust'
import type { Clock } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { readClientFile } from '../client-file.ts'
import { locateDataFolder } from '../data-folder.ts'
import { CommandFailed } from '../exit.ts'
import { readRoot, trustOwnIssuer } from '../up/attestation/root-key.ts'

/** The flags that choose. */
export interface TrustOptions {
  readonly trust?: string
  readonly data: string
}

/** The list, and where it comes from, in words. */
export interface Trusted {
  readonly list: TrustList
  readonly source: string
  close(): void
}

/** Somebody waits at a terminal. */
const fetching = { timeout: 5, retries: 1 }

/** Chooses. Nothing is written: looking at an attestation changes nothing for those who judge them. */
export async function chooseTrust({ trust: file, data }: TrustOptions, clock: Clock): Promise<Trusted> {
  if (file !== undefined) return opened(await openFile(file, clock), file)
  const folder = locateDataFolder(data)
  const issuer = readClientFile(folder.clientFile)?.attestation_issuer
  const root = await readRoot(folder.attestationRootFile)
  if (issuer === undefined || root === undefined) {
    return { list: createTrustList(createFastVerifier(), []), source: 'nobody', close: () => undefined }
  }
  const state = readOnly(createTrustFolder(folder.trustFolder))
  const trust = createTrust([trustOwnIssuer(issuer, root.publicJwk)], {
    verifier: createFastVerifier(),
    clock,
    state,
    fetching,
  })
  return opened(trust, data)
}

function opened(trust: Trust, source: string): Trusted {
  return { list: trust, source, close: () => trust.close() }
}

async function openFile(path: string, clock: Clock): Promise<Trust> {
  try {
    return await loadTrust(path, { clock, fetching, state: readOnly(createTrustFolder(`${path}.state`)) })
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (isMissing) throw new CommandFailed(`There is no trust file ${path}.`, 2)
    throw new CommandFailed(error instanceof Error ? error.message : `${path} cannot be read.`)
  }
}

function readOnly(state: TrustState): TrustState {
  return { load: (issuer) => state.load(issuer), save: async () => undefined }
}
