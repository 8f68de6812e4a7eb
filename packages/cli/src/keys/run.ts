/** Listing and rotating signing keys, in the database that a configuration of `serve` names. */
import type { AuthorizationServer, KeyDescription } from '@countersign/authorization-server'
import type { Context } from '../context.ts'
import { openConfigured } from '../serve/server/open-configured.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The flags. */
export interface KeysOptions {
  readonly config: string
  readonly json?: true
}

/** The flags of rotating. */
export interface RotateOptions extends KeysOptions {
  readonly stolen?: true
}

/** Lists the keys. */
export async function listKeys(options: KeysOptions, context: Context): Promise<void> {
  const keys = await withServer(options, context, async (server) => server.keys())
  tell(keys, options, context.terminal)
  context.finish(0)
}

/** Adds the next one, or puts it in the place of all there are, and lists them. */
export async function rotateKeys(options: RotateOptions, context: Context): Promise<void> {
  const keys = await withServer(options, context, async (server) => {
    await server.rotateKeys({ stolen: options.stolen === true })
    return server.keys()
  })
  tell(keys, options, context.terminal)
  context.finish(0)
}

async function withServer<T>(
  { config }: KeysOptions,
  context: Context,
  work: (server: AuthorizationServer) => Promise<T>,
): Promise<T> {
  const { server, close } = await withProgress(
    context.terminal,
    'Opening the database',
    openConfigured(config, context),
  )
  try {
    return await work(server)
  } finally {
    await close()
  }
}

function tell(keys: readonly KeyDescription[], { json }: KeysOptions, terminal: Terminal): void {
  if (json === true) {
    terminal.print(JSON.stringify({ keys: keys.map(describeAsJson) }))
    return
  }
  for (const key of keys) terminal.print(`${key.kid}  ${key.state.padEnd(7)}  ${describe(key)}`)
}

function describeAsJson({ kid, state, activeFrom, publishedUntil }: KeyDescription): object {
  return {
    kid,
    state,
    active_from: activeFrom,
    ...(publishedUntil !== undefined && { published_until: publishedUntil }),
  }
}

function describe({ state, activeFrom, publishedUntil }: KeyDescription): string {
  if (publishedUntil !== undefined) return `published until ${writeTime(publishedUntil)}`
  return state === 'next' ? `signs from ${writeTime(activeFrom)}` : ''
}

/** RFC 3339, of a NumericDate. */
function writeTime(time: number): string {
  return new Date(time * 1000).toISOString()
}
