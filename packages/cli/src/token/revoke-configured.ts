/** `countersign token revoke --config …`: an operator's word, written into the database of `serve` itself. */
import type { Revocation } from '@countersign/authorization-server'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit.ts'
import { openConfigured } from '../serve/server/open-configured.ts'
import { withProgress } from '../terminal/progress.ts'

/** What may be named, each by its flag. */
export interface NamedForRevocation {
  readonly agent?: string
  readonly capability?: string
  readonly client?: string
  readonly subject?: string
  readonly grant?: string
  readonly attestationKey?: string
}

/** The flags. */
export interface ConfiguredRevokeOptions extends NamedForRevocation {
  readonly config: string
  readonly json?: true
}

/** RFC 7638: a SHA-256. */
const THUMBPRINT = /^[\w-]{43}$/

/** One kind of what may be revoked. */
interface Kind {
  readonly name: keyof NamedForRevocation
  readonly flag: string
  /** What ends, in words. */
  readonly words: string
  readonly form: RegExp
  readonly toRevocation: (id: string) => Revocation
}

const KINDS: readonly Kind[] = [
  {
    name: 'agent',
    flag: '--agent',
    words: 'all that is bound to that key',
    form: THUMBPRINT,
    toRevocation: (agent) => ({ agent }),
  },
  {
    name: 'capability',
    flag: '--capability',
    words: 'that capability and what was narrowed from it',
    // 128 bits.
    form: /^[\w-]{22}$/,
    toRevocation: (capability) => ({ capability }),
  },
  {
    name: 'client',
    flag: '--client',
    words: 'all that was issued to that client so far',
    form: /^.{1,200}$/,
    toRevocation: (client) => ({ client }),
  },
  {
    name: 'subject',
    flag: '--subject',
    words: 'all that was issued for that person so far',
    form: /^.{1,200}$/,
    toRevocation: (subject) => ({ subject }),
  },
  {
    name: 'grant',
    flag: '--grant',
    words: 'all that was approved with that consent',
    form: /^[\w-]{10,100}$/,
    toRevocation: (grant) => ({ grant }),
  },
  {
    name: 'attestationKey',
    flag: '--attestation-key',
    words: 'all that rests on that key',
    form: THUMBPRINT,
    toRevocation: (attestationKey) => ({ attestationKey }),
  },
]

/** Runs it. Every process that serves reads the same database, and guards hear of it within 2 seconds. */
export async function revokeConfigured(
  options: ConfiguredRevokeOptions,
  { terminal, clock, finish }: Context,
): Promise<void> {
  const { what, words } = readNamed(options)
  await withProgress(terminal, 'Revoking', revoke(options.config, what, { terminal, clock }))
  // Who never was cannot be told from who was: the list holds digests, of what is to come too.
  if (options.json === true) terminal.print(JSON.stringify({ revoked: true, ...what }))
  else terminal.print(`Revoked: guards refuse ${words} within 2 seconds.`)
  finish(0)
}

function readNamed(options: NamedForRevocation): { readonly what: Revocation; readonly words: string } {
  const named = KINDS.filter(({ name }) => options[name] !== undefined)
  const [kind] = named
  if (kind === undefined || named.length > 1) {
    throw wrongUsage(`With --config, say what to revoke by one of ${KINDS.map(({ flag }) => flag).join(', ')}.`)
  }
  const value = options[kind.name] ?? ''
  if (!kind.form.test(value)) throw wrongUsage(`${kind.flag} takes another form: see token revoke --help.`)
  return { what: kind.toRevocation(value), words: kind.words }
}

async function revoke(file: string, what: Revocation, parts: Pick<Context, 'terminal' | 'clock'>): Promise<void> {
  const { server, close } = await openConfigured(file, parts)
  try {
    await server.revoke(what)
  } finally {
    await close()
  }
}
