/** What an audit is given to call with: a token from a file, or whatever gets tokens. */
import { readFileSync } from 'node:fs'
import type { Credentials } from '@countersign/client'
import { authorizeOnLoopback } from '@countersign/client/loopback'
import { type AuditOptions, createAuditKey, createTokenSource, type TokenSource } from '@countersign/lab/audit'
import { type ClientFile, readClientFile, readKeyFile } from '../client-file.ts'
import type { Context } from '../context.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readToken } from '../token/read-token.ts'
import { requestRevocation } from '../token/revoke.ts'

/** The flags. */
export interface CredentialOptions {
  readonly token?: string
  readonly key?: string
  readonly client?: string
  readonly login?: true
  readonly clientId: string
  readonly otherToken?: string
  readonly expiredToken?: string
  readonly revoke?: true
}

/** What came of them. */
export interface AuditCredentials {
  readonly options: Pick<
    AuditOptions,
    'token' | 'privateJwk' | 'obtain' | 'otherToken' | 'expiredToken' | 'revoke' | 'allowHosts'
  >
  close(): Promise<void>
}

/** Reads the files that the flags name; rejects with `CommandFailed`. */
export async function readCredentials(flags: CredentialOptions, context: Context): Promise<AuditCredentials> {
  const { token, key, client, login, otherToken, expiredToken } = flags
  if ([token, client, login].filter((given) => given !== undefined).length > 1) {
    throw wrongUsage('Give --token, --client or --login; not two of them.')
  }
  if (flags.revoke === true && client === undefined) throw wrongUsage('--revoke goes with --client.')
  const privateJwk = key === undefined ? undefined : readKeyFile(key)
  if (privateJwk !== undefined && token === undefined) {
    throw wrongUsage('--key goes with --token: the token that is bound to it.')
  }
  const others = {
    ...(otherToken !== undefined && { otherToken: readTokenFile(otherToken) }),
    ...(expiredToken !== undefined && { expiredToken: readTokenFile(expiredToken) }),
  }
  const close = async (): Promise<void> => {}
  if (client !== undefined) return { options: { ...others, ...(await actAs(client, flags, context)) }, close }
  if (login === true) return logIn(flags, context, others)
  if (token === undefined) return { options: others, close }
  const text = token === '-' ? await readToken(undefined, context.terminal) : readTokenFile(token)
  return { options: { ...others, token: text, ...(privateJwk !== undefined && { privateJwk }) }, close }
}

async function actAs(
  path: string,
  { revoke }: CredentialOptions,
  { terminal, clock }: Context,
): Promise<AuditCredentials['options']> {
  const file = readClientFile(path)
  if (file === undefined) throw wrongUsage(`There is no client file ${path}.`)
  const credentials = { clientId: file.client_id, privateJwk: file.private_jwk }
  return {
    ...(await getTokensWith(credentials, [file.issuer], terminal)),
    // Whoever made the file named the issuer.
    allowHosts: [new URL(file.issuer).host],
    ...(revoke === true && { revoke: (token: string) => revokeWith(file, token, clock()) }),
  }
}

function revokeWith(file: ClientFile, token: string, now: number): Promise<void> {
  return requestRevocation(token, file, now)
}

async function logIn(
  { clientId }: CredentialOptions,
  { terminal }: Context,
  others: AuditCredentials['options'],
): Promise<AuditCredentials> {
  const loopback = await authorizeOnLoopback((url) => terminal.note(`Open this in your browser:\n  ${url.href}`))
  const { redirectUri, authorize, close } = loopback
  const { privateJwk, obtain } = await getTokensWith({ clientId, redirectUri, authorize }, undefined, terminal)
  // A person is asked once: single scopes would take one page each.
  const once: TokenSource = async (request) => (request.scopes === undefined ? obtain(request) : undefined)
  return { options: { ...others, privateJwk, obtain: once }, close }
}

async function getTokensWith(
  credentials: Credentials,
  issuers: readonly string[] | undefined,
  terminal: Terminal,
): Promise<{ readonly privateJwk: JsonWebKey; readonly obtain: TokenSource }> {
  const privateJwk = await createAuditKey()
  const source = createTokenSource({ credentials, privateJwk, ...(issuers !== undefined && { issuers }) })
  let wasTold = false
  const obtain: TokenSource = async (request) => {
    try {
      return await source(request)
    } catch (error) {
      const why = error instanceof Error ? error.message : 'It gave no usable answer.'
      if (!wasTold) terminal.note(`${terminal.styleNote('yellow', 'No token:')} ${why}`)
      wasTold = true
      return undefined
    }
  }
  return { privateJwk, obtain }
}

function readTokenFile(path: string): string {
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (text !== '') return text
  } catch {
    // Said below, whatever it was.
  }
  throw new CommandFailed(`${path} holds no token, or cannot be read.`, 2)
}
