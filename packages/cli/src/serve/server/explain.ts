/** Errors of what was configured, as messages for an operator. */
import { SecretsUnreadable } from '@countersign/authorization-server'
import { StoreUnusable } from '@countersign/ledgers/redis'
import { DatabaseUnusable } from '@countersign/ledgers/sqlite'
import { CommandFailed } from '../../exit.ts'
import { asTheFileWrites } from '../config/members.ts'

/**
 * Yields what ends the command. Messages of configuration and of stores name cause and cure, and quote no secret; what
 * else may go wrong keeps its message to itself.
 */
export function explain(error: unknown, file: string): unknown {
  const isOfStore = [StoreUnusable, DatabaseUnusable, SecretsUnreadable].some((kind) => error instanceof kind)
  if (isOfStore && error instanceof Error) return new CommandFailed(error.message)
  // Our own are whole sentences; those of the runtime are none.
  if (error instanceof TypeError && error.message.endsWith('.')) {
    return new CommandFailed(`${file}: ${asTheFileWrites(error.message)}`, 2)
  }
  return error
}
