/** `countersign attest issue`: an attestation from an issuer, for an instance's key. */
import { createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import { AuthorizationRefused, attestFrom } from '@countersign/client'
import { readKeyFile, requireClientFile } from '../client-file.ts'
import type { Context } from '../context.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { withProgress } from '../terminal/progress.ts'

/** The flags. */
export interface IssueOptions {
  readonly audience: string
  readonly instanceKey?: string
  readonly issuer?: string
  readonly clientId?: string
  readonly key?: string
  readonly data: string
  readonly json?: true
}

/** Runs it. */
export async function issueAttestation(options: IssueOptions, { terminal, finish }: Context): Promise<void> {
  if (!URL.canParse(options.audience)) throw wrongUsage('--audience is the URL of a server.')
  const deployment = chooseDeployment(options)
  const instance = await openInstanceKey(options.instanceKey)
  try {
    const source = attestFrom(deployment)
    const asking = source({ audience: options.audience, key: { ...instance, thumbprint: instance.keyId } })
    const attestation = await withProgress(terminal, `Asking ${deployment.issuer}`, asking)
    if (options.json === true) terminal.print(JSON.stringify({ attestation, proof_key: instance.keyId }))
    else terminal.print(attestation)
  } catch (error) {
    if (error instanceof AuthorizationRefused) throw new CommandFailed(error.message)
    throw error
  }
  if (options.instanceKey === undefined) {
    terminal.note('Its key is gone now, so nobody can use it. Name one that you keep with --instance-key.')
  }
  finish(0)
}

async function openInstanceKey(file: string | undefined) {
  const jwk = file === undefined ? await generateSigningJwk('ES256') : readKeyFile(file)
  try {
    return await createLocalSigner(jwk)
  } catch (error) {
    throw new CommandFailed(`${file} cannot be used. ${error instanceof TypeError ? error.message : ''}`)
  }
}

function chooseDeployment({ clientId, key, data, issuer: named }: IssueOptions) {
  if (clientId !== undefined || key !== undefined) {
    if (clientId === undefined || key === undefined || named === undefined) {
      throw wrongUsage('--client-id, --key and --issuer go together: who you are, what proves it, and to whom.')
    }
    return { issuer: named, clientId, privateJwk: readKeyFile(key) }
  }
  const file = requireClientFile(data, ', or give --client-id, --key and --issuer')
  const issuer = named ?? file.attestation_issuer
  if (issuer === undefined) throw wrongUsage('No attestation issuer is known here. Name one with --issuer.')
  return { issuer, clientId: file.client_id, privateJwk: file.private_jwk }
}
