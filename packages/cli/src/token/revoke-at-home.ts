/** `countersign token revoke --agent …` and `--capability …`: an operator's word, written into the database of `up` itself. */
import { existsSync } from 'node:fs'
import type { AuthorizationServer, Revocation } from '@countersign/authorization-server'
import { notesScopes } from '@countersign/notes-server'
import { type ClientFile, requireClientFile } from '../client-file.ts'
import type { Context } from '../context.ts'
import { locateDataFolder } from '../data-folder.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { withProgress } from '../terminal/progress.ts'
import { listClients } from '../up/clients.ts'
import type { RevokeOptions } from './revoke.ts'

/** What the flags name. */
type Named = { readonly agent: string } | { readonly capability: string }

/** Runs it. A running `up` reads the same database: guards hear of it with their next look at its feed. */
export async function revokeAtHome(options: RevokeOptions, { terminal, finish }: Context): Promise<void> {
  const what = readNamed(options)
  const client = requireClientFile(options.data)
  const { issuer } = client
  await withProgress(terminal, 'Revoking', revokeIn(options.data, client, what))
  // Who never was cannot be told from who was: the list holds digests, of what is to come too.
  if (options.json === true) terminal.print(JSON.stringify({ revoked: true, issuer, ...what }))
  else terminal.print(`Revoked at ${issuer}: guards refuse ${describe(what)} within 2 seconds.`)
  finish(0)
}

function readNamed({ agent, capability }: RevokeOptions): Named {
  if (agent !== undefined) {
    // RFC 7638: a SHA-256.
    if (/^[\w-]{43}$/.test(agent)) return { agent }
    throw wrongUsage(
      '--agent takes the thumbprint of its key, 43 characters: `cnf.jkt` of its tokens, `jkt` in the log.',
    )
  }
  // 128 bits.
  if (capability !== undefined && /^[\w-]{22}$/.test(capability)) return { capability }
  throw wrongUsage('--capability takes its id, 22 characters: `id` in the `authorization_details` of a token.')
}

function describe(what: Named): string {
  return 'agent' in what
    ? `what is bound to the key ${what.agent}`
    : `the capability ${what.capability} and what was narrowed from it`
}

async function revokeIn(data: string, client: ClientFile, what: Revocation): Promise<void> {
  const { authorizationDatabase: database } = locateDataFolder(data)
  // Opened, it would be made.
  if (!existsSync(database)) throw new CommandFailed(`There is no ${database}. Name the folder of up with --data.`)
  const server = await openServer(client, database)
  try {
    await server.revoke(what)
  } finally {
    await server.close()
  }
}

/** A server that listens to nothing. Its clients are those of `up`: their tokens fall when the database was put back. */
async function openServer(client: ClientFile, database: string): Promise<AuthorizationServer> {
  const { createAuthorizationServer } = await import('@countersign/authorization-server')
  const { issuer } = client
  const resources = [{ resource: issuer, scopes: notesScopes }]
  return createAuthorizationServer({ issuer, database, resources, clients: listClients(client) })
}
