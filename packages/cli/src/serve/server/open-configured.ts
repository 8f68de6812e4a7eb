/** The authorization server of a configuration file, for commands that look after it beside the running one. */
import type { Context } from '../../context.ts'
import { createLog } from '../../log/log.ts'
import { readConfig } from '../config/read-config.ts'
import { type OpenServer, openServer } from './open-server.ts'

/** Reads the file and opens the stores; rejects with `CommandFailed`. What it does is in the same database at once. */
export async function openConfigured(
  file: string,
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
): Promise<OpenServer> {
  const log = createLog('warn', terminal, 'serve')
  return openServer(readConfig(file), file, {
    clock,
    log: log.authorization,
    trustEvents: log.trust,
    // Whoever looks after a server is told by it how its ledger does.
    storeEvents: () => undefined,
  })
}
