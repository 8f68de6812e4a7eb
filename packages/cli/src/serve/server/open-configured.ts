/** The authorization server of a configuration file, for commands that look after it beside the running one. */
import type { Context } from '../../context.ts'
import { createLog } from '../../log/log.ts'
import { readConfig } from '../config/read-config.ts'
import { type OpenServer, openServer } from './open-server.ts'

/**
 * Reads the file and opens the stores; rejects with `CommandFailed`. What it does is in the same database at once. The
 * file may be one that the running server has not taken over yet, or never will: passwords, and what secrets are
 * encrypted under, stay as that one has them.
 */
export async function openConfigured(
  file: string,
  { terminal, clock }: Pick<Context, 'terminal' | 'clock'>,
): Promise<OpenServer> {
  const log = createLog('warn', terminal, 'serve')
  // How the stores do is told by the server that runs.
  const { users: _passwords, encryption, ...config } = readConfig(file)
  const kept = encryption && { encryption: { ...encryption, leavesOthers: true as const } }
  return openServer({ ...config, ...kept }, file, {
    clock,
    log: () => undefined,
    trustEvents: log.trust,
    ledgerEvents: () => undefined,
  })
}
