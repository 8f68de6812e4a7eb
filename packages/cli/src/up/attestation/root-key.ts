/**
 * The root of the attestation issuer's bundles: made on the first start, in a file of its own. Who takes it away to keep
 * it offline leaves the public half in its place.
 */
import { type AttestationSigner, createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import type { TrustEntry } from '@countersign/attestation/trust'
import { type PublicJwk, parsePublicJwk } from '@countersign/core'
import { CommandFailed } from '../../exit.ts'
import { readJsonFile, writeSecretJsonFile } from '../../json-file.ts'
import { PROVIDER } from './agents.ts'

/** The root: a signer, or its public half alone where the private one is kept elsewhere. */
export interface Root {
  readonly publicJwk: PublicJwk
  readonly signer?: AttestationSigner
}

/** Reads the root; undefined when it is not there. */
export async function readRoot(path: string): Promise<Root | undefined> {
  const jwk = readJsonFile(path)
  if (jwk === undefined) return undefined
  try {
    if (!('d' in jwk)) return { publicJwk: readPublicHalf(jwk) }
    const signer = await createLocalSigner(jwk)
    return { publicJwk: signer.publicJwk, signer }
  } catch {
    throw new CommandFailed(
      `${path} holds no Ed25519 or P-256 key as a JWK. Restore it, or move it away and have another made.`,
    )
  }
}

function readPublicHalf(jwk: object): PublicJwk {
  const parsed = parsePublicJwk(jwk)
  if (parsed.ok && parsed.value.kty !== 'RSA') return parsed.value
  throw new TypeError('not a public key that bundles are signed with')
}

/** Reads the root; makes it when it is not there. */
export async function prepareRoot(path: string): Promise<Root> {
  const known = await readRoot(path)
  if (known !== undefined) return known
  const made = await generateSigningJwk('Ed25519')
  writeSecretJsonFile(path, made)
  const signer = await createLocalSigner(made)
  return { publicJwk: signer.publicJwk, signer }
}

/** As an attestation issuer takes it. */
export function rootOptions({ publicJwk, signer }: Root) {
  return signer === undefined ? { rootKey: publicJwk } : { root: signer }
}

/** The line of a trust list for the issuer of `up`. It vouches for what runs on this machine, and for no provider. */
export function trustOwnIssuer(issuer: string, root: PublicJwk): TrustEntry {
  return { issuer, keys: { bundle: { url: `${issuer}/keys.jwt`, root } }, level: 'enterprise', providers: [PROVIDER] }
}
