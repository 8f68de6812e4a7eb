/** What happens when a server wants more than the agent holds: a person is asked, outside of any model's reach. */
import type { ApprovalRequest, Approve } from '@countersign/client'
import { printable } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Decides, and remembers what was refused so that the command can name the cure. */
export interface Approval {
  readonly approve: Approve
  refused(): ApprovalRequest | undefined
}

/** `--yes` decided already; else a person on the terminal does; else it is refused. */
export function createApproval(always: boolean, terminal: Terminal): Approval {
  let refused: ApprovalRequest | undefined
  return {
    async approve(request) {
      const approved = always || (terminal.isInteractive && (await ask(request, terminal)))
      if (!approved) refused = request
      return approved
    },
    refused: () => refused,
  }
}

async function ask({ resource, scopes, tool, arguments: args }: ApprovalRequest, terminal: Terminal): Promise<boolean> {
  const { note, styleNote } = terminal
  note(styleNote('yellow', 'This call needs more than the agent holds.'))
  note(`  server     ${printable(resource)}`)
  note(`  scopes     ${printable(scopes.join(' '))}`)
  if (tool !== undefined) note(`  tool       ${printable(tool)}`)
  if (args !== undefined) note(`  arguments  ${printable(JSON.stringify(args))}`)
  return terminal.confirm('Allow it?')
}
