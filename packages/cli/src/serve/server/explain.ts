/** Errors of what was configured, as messages for an operator. */
import { StoreUnusable } from '@countersign/ledgers/redis'
import { DatabaseUnusable } from '@countersign/ledgers/sqlite'
import { CommandFailed } from '../../exit.ts'
import { asTheFileWrites } from '../config/members.ts'

/**
 * Yields what ends the command. Messages of configuration and of stores name cause and cure, and quote no secret; what
 * else may go wrong keeps its message to itself.
 */
export function explain(error: unknown, file: string): unknown {
  if (error instanceof StoreUnusable || error instanceof DatabaseUnusable) return new CommandFailed(error.message)
  // Our own are whole sentences; those of the runtime are none.
  if (error instanceof TypeError && error.message.endsWith('.')) {
    return new CommandFailed(`${file}: ${asTheFileWrites(error.message)}`, 2)
  }
  return error
}
