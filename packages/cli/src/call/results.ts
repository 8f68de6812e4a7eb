/** What tools and lists of tools look like on a terminal. */
import type { CallToolResult, Tool } from '@modelcontextprotocol/client'
import { printable } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** One tool a line: its name, its arguments, what it does. */
export function describeTools(tools: readonly Tool[], terminal: Terminal): void {
  for (const { name, description, inputSchema } of tools) {
    const required = new Set(inputSchema.required)
    const args = Object.keys(inputSchema.properties ?? {}).map((arg) => (required.has(arg) ? arg : `[${arg}]`))
    const signature = [terminal.style('bold', printable(name)), ...args.map(printable)].join(' ')
    terminal.print(
      `${signature}${description === undefined ? '' : `  ${terminal.style('dim', printable(description))}`}`,
    )
  }
}

/** The content of a result, item by item; what is not text is named. */
export function describeResult({ content }: CallToolResult, terminal: Terminal): void {
  for (const item of content) {
    if (item.type === 'text') terminal.print(printable(item.text))
    else if (item.type === 'resource_link') terminal.print(`[resource ${printable(item.uri)}]`)
    else if (item.type === 'resource') terminal.print(`[resource ${printable(item.resource.uri)}]`)
    else terminal.print(`[${item.type} ${printable(item.mimeType)}]`)
  }
}
