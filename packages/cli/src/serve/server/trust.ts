/** Whose attestations and workload identities count, out of the files that the configuration names. */
import { loadTrust } from '@countersign/attestation/node'
import { createSpiffeKeyRing } from '@countersign/attestation/spiffe'
import type { Trust } from '@countersign/attestation/trust'
import type { SpiffeTrustDomain } from '@countersign/authorization-server'
import type { AttestationEvents, Clock } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { CommandFailed } from '../../exit.ts'
import type { ServeConfig } from '../config/read-config.ts'

/** What is told, and by which clock. */
export interface TrustParts {
  readonly clock: Clock
  readonly events: AttestationEvents
}

/** Who is believed. */
export interface Trusted {
  readonly trust?: Trust
  readonly spiffe?: readonly SpiffeTrustDomain[]
}

/**
 * Reads the trust list, and connects to nobody: keys are fetched when they are needed, so that the servers of others
 * keep nobody from starting here. Each function in `closers` is to be called at the end.
 */
export async function openTrust(config: ServeConfig, parts: TrustParts, closers: (() => unknown)[]): Promise<Trusted> {
  const trust = config.trust === undefined ? undefined : await readTrust(config.trust, parts)
  if (trust !== undefined) closers.push(() => trust.close())
  const spiffe = config.spiffe?.map(({ trustDomain, bundle }) => {
    const keys = createSpiffeKeyRing({ trustDomain, url: bundle.url, verifier: createFastVerifier(), ...parts })
    closers.push(() => keys.close())
    return { trustDomain, keys }
  })
  return { ...(trust !== undefined && { trust }), ...(spiffe !== undefined && { spiffe }) }
}

async function readTrust(file: string, parts: TrustParts): Promise<Trust> {
  try {
    return await loadTrust(file, parts)
  } catch (error) {
    // Of a trust file the message names file, member and cure.
    if (error instanceof TypeError) throw new CommandFailed(error.message, 2)
    throw new CommandFailed(`The trust list ${file} cannot be read: check its path and permissions.`)
  }
}
