/** Opens the database of an attestation issuer, beside a running `up` or without one. */
import { existsSync } from 'node:fs'
import { type AttestationIssuerServer, createAttestationIssuerServer } from '@countersign/attestation-issuer'
import { type Clock, thumbprintInput } from '@countersign/core'
import { readClientFile } from '../client-file.ts'
import { locateDataFolder } from '../data-folder.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { type Root, readRoot, rootOptions } from '../up/attestation/root-key.ts'

/** The flags. */
export interface IssuerOptions {
  readonly data: string
  readonly issuer?: string
  readonly root?: string
  readonly json?: true
}

/** Said after a change of keys that no bundle tells of yet. */
export const BUNDLE_TO_SIGN = 'No bundle tells of it yet: sign one, with countersign attest publish --root.'

/** Does `work` with the issuer and closes it again; rejects with `CommandFailed` when there is none. */
export async function withIssuer<T>(
  options: IssuerOptions,
  clock: Clock,
  work: (server: AttestationIssuerServer, signsBundles: boolean) => Promise<T>,
): Promise<T> {
  const folder = locateDataFolder(options.data)
  if (!existsSync(folder.attestationDatabase)) {
    throw new CommandFailed(
      `There is no attestation issuer in ${folder.path}. Start countersign up in this folder, or name its folder with --data.`,
    )
  }
  const issuer = options.issuer ?? readClientFile(folder.clientFile)?.attestation_issuer
  if (issuer === undefined) throw wrongUsage('What is this issuer called? Name it with --issuer.')
  const root = await chooseRoot(options.root, folder.attestationRootFile)
  const server = await open(() =>
    createAttestationIssuerServer({
      issuer,
      database: folder.attestationDatabase,
      deployments: [],
      ...(root !== undefined && rootOptions(root)),
      clock,
    }),
  )
  try {
    return await work(server, root?.signer !== undefined)
  } finally {
    await server.close()
  }
}

/** The one that is named must be the one that this issuer's bundles are trusted by. */
async function chooseRoot(named: string | undefined, own: string): Promise<Root | undefined> {
  const pinned = await readRoot(own)
  if (named === undefined) return pinned
  const root = await readRoot(named)
  if (root === undefined) throw wrongUsage(`There is no key file ${named}.`)
  if (pinned === undefined || thumbprintInput(pinned.publicJwk) === thumbprintInput(root.publicJwk)) return root
  throw wrongUsage(`${named} is another key than the root of this issuer, in ${own}. Nobody would trust its bundles.`)
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
