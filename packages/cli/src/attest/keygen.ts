/** `countersign attest keygen`: a private key in a file. */
import { writeFileSync } from 'node:fs'
import { createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'

/** The flags. */
export interface KeygenOptions {
  readonly out: string
  readonly algorithm: 'Ed25519' | 'ES256'
  readonly json?: true
}

/** Runs it. */
export async function makeKeyFile({ out, algorithm, json }: KeygenOptions, context: Context): Promise<void> {
  const { terminal, finish } = context
  const privateJwk = await generateSigningJwk(algorithm)
  const { keyId, publicJwk } = await createLocalSigner(privateJwk)
  try {
    writeFileSync(out, `${JSON.stringify({ ...privateJwk, kid: keyId }, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (exists) throw new CommandFailed(`${out} is there already, and may be a key in use. Name another file.`)
    throw new CommandFailed(`${out} cannot be written. Check its folder.`)
  }
  const public_jwk = { ...publicJwk, kid: keyId }
  if (json === true) terminal.print(JSON.stringify({ file: out, key_id: keyId, algorithm, public_jwk }))
  else terminal.print(JSON.stringify(public_jwk, null, 2))
  terminal.note(`The private key is in ${out}: whoever can read that file can sign as its owner.`)
  finish(0)
}
