/** `countersign serve --check`: is everything there that the configuration names, and can it be used? */
import { describeFault } from '@countersign/core'
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'
import { withProgress } from '../terminal/progress.ts'
import type { ServeConfig } from './config/read-config.ts'
import type { ServeOptions } from './run.ts'
import { openConfigured } from './server/open-configured.ts'

/** Opens the stores as a worker would, asks them once, and closes them. Rejects with `CommandFailed`. */
export async function checkStores(
  config: ServeConfig,
  { config: file, json }: Pick<ServeOptions, 'config' | 'json'>,
  { terminal, clock, finish }: Context,
): Promise<void> {
  await withProgress(terminal, 'Asking the stores', ask(file, { terminal, clock }))
  const clients = config.clients?.length ?? 0
  const resources = config.resources.length
  if (json === true) terminal.print(JSON.stringify({ ok: true, issuer: config.issuer, resources, clients }))
  else terminal.print(`${file} is fine: ${config.issuer} can serve ${resources} resource(s) to ${clients} client(s).`)
  finish(0)
}

async function ask(file: string, parts: Pick<Context, 'terminal' | 'clock'>): Promise<void> {
  const { server, close } = await openConfigured(file, parts)
  try {
    await server.probe()
  } catch (error) {
    const { name, code } = describeFault(error)
    const what = [name, code].filter(Boolean).join(' ')
    throw new CommandFailed(`${file}: the stores take no writes (${what}). Check disk, permissions and health of both.`)
  } finally {
    await close()
  }
}
