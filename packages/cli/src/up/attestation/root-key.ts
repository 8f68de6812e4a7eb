/** The root of the attestation issuer's bundles: made on the first start, in a file of its own that can be taken away. */
import { type AttestationSigner, createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import { readPrivateJwk } from '../../client-file.ts'
import { writeSecretJsonFile } from '../../json-file.ts'

/** Reads the root; makes it when it is not there. */
export async function prepareRoot(path: string): Promise<AttestationSigner> {
  const known = readPrivateJwk(path)
  if (known !== undefined) return createLocalSigner(known)
  const made = await generateSigningJwk('Ed25519')
  writeSecretJsonFile(path, made)
  return createLocalSigner(made)
}
