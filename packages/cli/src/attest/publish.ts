/** `countersign attest publish`: what verifiers fetch, as files. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCompactJws } from '@countersign/core'
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'
import { describeMoment } from '../token/span.ts'
import { type IssuerOptions, withIssuer } from './open-issuer.ts'

/** The flags. */
export interface PublishOptions extends IssuerOptions {
  readonly out: string
}

/** Runs it. */
export async function publishKeys(options: PublishOptions, { terminal, clock, finish }: Context): Promise<void> {
  const { jwks, bundle } = await withIssuer(options, clock, (server) => server.publish())
  if (bundle === undefined) {
    throw new CommandFailed(
      'There is no root here to sign a bundle with, and none was signed before. Name it with --root.',
    )
  }
  const files = [write(options.out, 'jwks.json', jwks), write(options.out, 'keys.jwt', bundle)]
  const { seq, exp } = readContent(bundle)
  if (options.json === true) terminal.print(JSON.stringify({ files, sequence: seq, expires: exp }))
  else {
    for (const file of files) terminal.print(file)
    terminal.print(`Bundle ${seq}, expires ${describeMoment(exp, clock())}: publish again before.`)
  }
  finish(0)
}

/** Replaced in one step: somebody may be fetching it. */
function write(folder: string, name: string, content: string): string {
  const file = join(folder, name)
  try {
    mkdirSync(folder, { recursive: true })
    const draft = `${file}.${process.pid}.tmp`
    writeFileSync(draft, content)
    renameSync(draft, file)
    return file
  } catch {
    throw new CommandFailed(`${file} cannot be written. Name another folder with --out.`)
  }
}

function readContent(bundle: string): { readonly seq: number; readonly exp: number } {
  const jws = readCompactJws(bundle, 1_048_576)
  const { seq, exp } = jws.ok ? jws.value.payload : {}
  return { seq: Number(seq), exp: Number(exp) }
}
