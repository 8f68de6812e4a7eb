/** The root of the attestation issuer's bundles: made on the first start, in a file of its own that can be taken away. */
import { type AttestationSigner, createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import type { TrustEntry } from '@countersign/attestation/trust'
import type { PublicJwk } from '@countersign/core'
import { readPrivateJwk } from '../../client-file.ts'
import { CommandFailed } from '../../exit.ts'
import { writeSecretJsonFile } from '../../json-file.ts'
import { PROVIDER } from './agents.ts'

/** Reads the root; undefined when it is not there. */
export async function readRoot(path: string): Promise<AttestationSigner | undefined> {
  const jwk = readPrivateJwk(path)
  if (jwk === undefined) return undefined
  try {
    return await createLocalSigner(jwk)
  } catch {
    throw new CommandFailed(
      `${path} holds no private Ed25519 or P-256 key. Restore it, or move it away and have another made.`,
    )
  }
}

/** Reads the root; makes it when it is not there. */
export async function prepareRoot(path: string): Promise<AttestationSigner> {
  const known = await readRoot(path)
  if (known !== undefined) return known
  const made = await generateSigningJwk('Ed25519')
  writeSecretJsonFile(path, made)
  return createLocalSigner(made)
}

/** The line of a trust list for the issuer of `up`. It vouches for what runs on this machine, and for no provider. */
export function trustOwnIssuer(issuer: string, root: PublicJwk): TrustEntry {
  return { issuer, keys: { bundle: { url: `${issuer}/keys.jwt`, root } }, level: 'enterprise', providers: [PROVIDER] }
}
