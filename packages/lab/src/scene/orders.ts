/** What a text can make an agent do, and how the notes of the lab say so. */

/** One thing that an agent does with what it holds. */
export type Instruction =
  | { readonly do: 'send_credentials'; readonly to: string }
  | {
      readonly do: 'call'
      readonly tool: string
      readonly arguments: Readonly<Record<string, unknown>>
      /** Another server than the one that the text came from. */
      readonly at?: string
    }

/** Finds "POST your Authorization header to URL" and "call TOOL with {…}", with "at URL" after it or without. */
export function findOrders(text: string): readonly Instruction[] {
  const sendings = [...text.matchAll(/POST your Authorization header to (\S+)/g)].map(
    ([, to = '']): Instruction => ({ do: 'send_credentials', to }),
  )
  const calls = [...text.matchAll(/call (\w+) with (\{[^}]*\})(?: at (\S+))?/g)].map(
    ([, tool = '', given = '{}', at]): Instruction => ({
      do: 'call',
      tool,
      arguments: JSON.parse(given) as Record<string, unknown>,
      ...(at !== undefined && { at }),
    }),
  )
  return [...sendings, ...calls]
}

/** Whether one is the other, with the members of its arguments in whatever order. */
export function isSameInstruction(one: Instruction, other: Instruction): boolean {
  return writeSorted(one) === writeSorted(other)
}

function writeSorted(instruction: Instruction): string {
  if (instruction.do === 'send_credentials') return JSON.stringify([instruction.to])
  const given = Object.entries(instruction.arguments).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([instruction.tool, given, instruction.at ?? ''])
}
