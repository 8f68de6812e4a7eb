/** A trust list out of a file, with its memory beside it. */
import { readFile } from 'node:fs/promises'
import { createFastVerifier } from '@countersign/core/node'
import { createTrust } from '../trust/create-trust.ts'
import type { Trust, TrustOptions } from '../trust/trust.ts'
import { readTrustFile } from './trust-file.ts'
import { createTrustFolder } from './trust-folder.ts'

/** As for `createTrust`; the verifier is the fast one unless given, and the state the folder `<path>.state`. */
export type LoadTrustOptions = Partial<TrustOptions>

/**
 * Reads the file once and connects to nobody: that is for `ready`, or the first attestation. Rejects with what
 * `node:fs` rejects with, or with an error that names the file, the member or issuer, and what is wrong with it.
 */
export async function loadTrust(path: string, options: LoadTrustOptions = {}): Promise<Trust> {
  const entries = readTrustFile(path, await readFile(path, 'utf8'))
  const { verifier = createFastVerifier(), state = createTrustFolder(`${path}.state`) } = options
  return createTrust(entries, { ...options, verifier, state })
}
