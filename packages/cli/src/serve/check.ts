/** `countersign serve --check`: is everything there that the configuration names, and can it be used? */
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'
import { withProgress } from '../terminal/progress.ts'
import type { ServeConfig } from './config/read-config.ts'
import type { ServeOptions } from './run.ts'
import { openConfigured } from './server/open-configured.ts'
import { describeStoreFault } from './server/store-faults.ts'

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
    await insist(() => server.probe())
  } finally {
    await close()
  }
}

/** A ledger that is new takes no spend for a while: it cannot be told from one that has lost its memory. Seconds. */
const TRIES = 30

async function insist(probe: () => Promise<void>): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      await probe()
      return
    } catch (error) {
      if (left === 1) throw new CommandFailed(describeStoreFault(error))
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}
