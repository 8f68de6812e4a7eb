/** `countersign serve --check`: is everything there that the configuration names, and can it be used? */
import { describeFault } from '@countersign/core'
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'
import { createLog } from '../log/log.ts'
import { withProgress } from '../terminal/progress.ts'
import type { ServeConfig } from './config/read-config.ts'
import type { ServeOptions } from './run.ts'
import { openServer } from './server/open-server.ts'

/** Opens the stores as a worker would, asks them once, and closes them. Rejects with `CommandFailed`. */
export async function checkStores(
  config: ServeConfig,
  { config: file, json }: ServeOptions,
  { terminal, clock, finish }: Context,
): Promise<void> {
  await withProgress(terminal, 'Asking the stores', ask(config, file, { terminal, clock }))
  const clients = config.clients?.length ?? 0
  const resources = config.resources.length
  if (json === true) terminal.print(JSON.stringify({ ok: true, issuer: config.issuer, resources, clients }))
  else terminal.print(`${file} is fine: ${config.issuer} can serve ${resources} resource(s) to ${clients} client(s).`)
  finish(0)
}

async function ask(config: ServeConfig, file: string, parts: Pick<Context, 'terminal' | 'clock'>): Promise<void> {
  const log = createLog(config.logging?.level ?? 'warn', parts.terminal, 'serve')
  const { server, close } = await openServer(config, file, {
    clock: parts.clock,
    log: log.authorization,
    trustEvents: log.trust,
    storeEvents: log.ledger,
  })
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
