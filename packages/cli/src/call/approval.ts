/** What happens when a server wants more than the agent holds: a person is asked, outside of any model's reach. */
import { type CharacterMark, describeCapability } from '@countersign/capability'
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

/** What is wanted, in words: all that a capability allows, or scopes. */
export function describeWanted({ capability, scopes }: ApprovalRequest): string {
  return printable(capability === undefined ? scopes.join(' ') : describeCapability(capability).text)
}

async function ask(request: ApprovalRequest, terminal: Terminal): Promise<boolean> {
  const { note, styleNote } = terminal
  const { resource, capability, tool, arguments: args } = request
  note(styleNote('yellow', 'This call needs more than the agent holds.'))
  note(`  server     ${printable(resource)}`)
  if (capability !== undefined) {
    note(`  allows     ${describeWanted(request)}`)
    for (const mark of describeCapability(capability).marks) note(`  ${styleNote('yellow', WARNINGS[mark])}`)
    return terminal.confirm('Allow it?')
  }
  note(`  scopes     ${describeWanted(request)}`)
  if (tool !== undefined) note(`  tool       ${printable(tool)}`)
  if (args !== undefined) note(`  arguments  ${printable(JSON.stringify(args))}`)
  return terminal.confirm('Allow it?')
}

const WARNINGS: Readonly<Record<CharacterMark, string>> = {
  control: 'There are control characters in it, which are written out.',
  bidi: 'There are characters in it that turn the direction of writing; they are written out.',
  invisible: 'There are invisible characters in it, which are written out.',
  mixed_scripts: 'There are letters of several alphabets in one word of it.',
  look_alike: 'There are letters in it that only look like Latin ones.',
  not_normal: 'There is another text that looks just like a part of it.',
}
