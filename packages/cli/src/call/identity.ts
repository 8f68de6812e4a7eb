/** Who `call` acts as: the client that `up` made, one that flags name, or a person who logs in. */
import type { Credentials } from '@countersign/client'
import { authorizeOnLoopback } from '@countersign/client/loopback'
import { readKeyFile, requireClientFile } from '../client-file.ts'
import { wrongUsage } from '../exit.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The public client that `up` registers for people. */
const LOGIN_CLIENT_ID = 'countersign-login'

/** The flags that choose. */
export interface IdentityOptions {
  readonly data: string
  readonly clientId?: string
  readonly key?: string
  readonly login?: true
}

/** Credentials, the one issuer that they are good at where that is known, and what to close afterwards. */
export interface Identity {
  readonly credentials: Credentials
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
    return { credentials: { clientId: options.clientId, privateJwk: readKeyFile(options.key) }, close }
  }
  const file = requireClientFile(options.data, ', or give --client-id and --key')
  return { credentials: { clientId: file.client_id, privateJwk: file.private_jwk }, issuers: [file.issuer], close }
}

/** The authorization code grant: a person decides in the browser. */
async function logIn({ clientId = LOGIN_CLIENT_ID, key }: IdentityOptions, terminal: Terminal): Promise<Identity> {
  const loopback = await authorizeOnLoopback((url) => terminal.note(`Open this in your browser:\n  ${url.href}`))
  const { redirectUri, authorize, close } = loopback
  const privateJwk = key === undefined ? {} : { privateJwk: readKeyFile(key) }
  return { credentials: { clientId, redirectUri, authorize, ...privateJwk }, close }
}
