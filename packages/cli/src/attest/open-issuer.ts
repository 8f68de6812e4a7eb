/** Opens the database of an attestation issuer, beside a running `up` or without one. */
import { existsSync } from 'node:fs'
import { type AttestationIssuerServer, createAttestationIssuerServer } from '@countersign/attestation-issuer'
import type { Clock } from '@countersign/core'
import { readClientFile } from '../client-file.ts'
import { locateDataFolder } from '../data-folder.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { readRoot } from '../up/attestation/root-key.ts'

/** The flags. */
export interface IssuerOptions {
  readonly data: string
  readonly issuer?: string
  readonly root?: string
  readonly json?: true
}

/** Does `work` with the issuer and closes it again; rejects with `CommandFailed` when there is none. */
export async function withIssuer<T>(
  options: IssuerOptions,
  clock: Clock,
  work: (server: AttestationIssuerServer) => Promise<T>,
): Promise<T> {
  const folder = locateDataFolder(options.data)
  if (!existsSync(folder.attestationDatabase)) {
    throw new CommandFailed(
      `There is no attestation issuer in ${folder.path}. Start countersign up in this folder, or name its folder with --data.`,
    )
  }
  const issuer = options.issuer ?? readClientFile(folder.clientFile)?.attestation_issuer
  if (issuer === undefined) throw wrongUsage('What is this issuer called? Name it with --issuer.')
  const root = await readRoot(options.root ?? folder.attestationRootFile)
  if (root === undefined && options.root !== undefined) throw wrongUsage(`There is no key file ${options.root}.`)
  const server = await open(() =>
    createAttestationIssuerServer({
      issuer,
      database: folder.attestationDatabase,
      deployments: [],
      ...(root !== undefined && { root }),
      clock,
    }),
  )
  try {
    return await work(server)
  } finally {
    await server.close()
  }
}

/** What it refuses, it refuses with cause and cure. */
async function open(create: () => Promise<AttestationIssuerServer>): Promise<AttestationIssuerServer> {
  try {
    return await create()
  } catch (error) {
    if (error instanceof TypeError) throw wrongUsage(error.message)
    throw error
  }
}
