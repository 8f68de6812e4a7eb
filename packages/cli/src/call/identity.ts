/** Who `call` acts as: the client that `up` made, one that flags name, or a person who logs in. */
import type { AttestationSource, AttestFromOptions, Credentials } from '@countersign/client'
import { authorizeOnLoopback } from '@countersign/client/loopback'
import { readClientFile, readKeyFile, requireClientFile } from '../client-file.ts'
import { locateDataFolder } from '../data-folder.ts'
import { wrongUsage } from '../exit.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { createAttestationSource } from './attested.ts'

/** The public client that `up` registers for people. */
const LOGIN_CLIENT_ID = 'countersign-login'

/** The flags that choose. */
export interface IdentityOptions {
  readonly data: string
  readonly clientId?: string
  readonly key?: string
  readonly login?: true
  /** False for `--no-attest`. */
  readonly attest: boolean
  readonly attestationIssuer?: string
}

/** Credentials, who attests the agent, the one issuer that they are good at where that is known, and what to close afterwards. */
export interface Identity {
  readonly credentials: Credentials
  readonly attestation?: AttestationSource
  readonly issuers?: readonly [string]
  close(): Promise<void>
}

/** Chooses by the flags, and reads what they name. */
export async function chooseIdentity(options: IdentityOptions, terminal: Terminal): Promise<Identity> {
  if (options.login === true) return logIn(options, terminal)
  const close = async (): Promise<void> => {}
  if (options.clientId !== undefined || options.key !== undefined) {
    if (options.clientId === undefined || options.key === undefined) {
      throw wrongUsage('--client-id and --key go together: who you are, and the private key that proves it.')
    }
    const credentials = { clientId: options.clientId, privateJwk: readKeyFile(options.key) }
    // Whoever attests another client than that of `up` is not ours to guess.
    return { credentials, ...attestAs(credentials, undefined, { options, terminal }), close }
  }
  const file = requireClientFile(options.data, ', or give --client-id and --key')
  const credentials = { clientId: file.client_id, privateJwk: file.private_jwk }
  const attested = attestAs(credentials, file.attestation_issuer, { options, terminal })
  return { credentials, ...attested, issuers: [file.issuer], close }
}

/** The authorization code grant: a person decides in the browser. */
async function logIn(options: IdentityOptions, terminal: Terminal): Promise<Identity> {
  const { clientId = LOGIN_CLIENT_ID, key } = options
  const loopback = await authorizeOnLoopback((url) => terminal.note(`Open this in your browser:\n  ${url.href}`))
  const { redirectUri, authorize, close } = loopback
  const privateJwk = key === undefined ? {} : { privateJwk: readKeyFile(key) }
  const credentials = { clientId, redirectUri, authorize, ...privateJwk }
  // The key that `up` left proves to its attestation issuer who any of its clients is.
  const file = readClientFile(locateDataFolder(options.data).clientFile)
  if (file === undefined) return { credentials, close }
  const deployment = { clientId, privateJwk: file.private_jwk }
  return { credentials, ...attestAs(deployment, file.attestation_issuer, { options, terminal }), close }
}

/** The issuer that the flags name, or else the one that is known; nothing when there is none, or none is wanted. */
function attestAs(
  deployment: Omit<AttestFromOptions, 'issuer'>,
  known: string | undefined,
  { options, terminal }: { readonly options: IdentityOptions; readonly terminal: Terminal },
): { readonly attestation?: AttestationSource } {
  const { attest, attestationIssuer: issuer = known } = options
  if (!attest || issuer === undefined) return {}
  return { attestation: createAttestationSource({ ...deployment, issuer }, terminal) }
}
