/** One entry as a line for a person. */
import { printable } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Level, Line, Value } from './entry.ts'

const STYLES = { error: 'red', warn: 'yellow', info: 'bold', debug: 'dim' } as const satisfies Record<Level, string>

/** `12:34:56 refused code=insufficient_scope clientId=agent methods=tools/call`. */
export function writeLine({ level, type, members }: Line, now: Date, { styleNote }: Terminal): string {
  const details = Object.entries(members).map(([name, value]) => `${name}=${writeValue(value)}`)
  return [styleNote('dim', now.toTimeString().slice(0, 8)), styleNote(STYLES[level], type), ...details].join(' ')
}

function writeValue(value: Value): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(3)))
  return printable(typeof value === 'object' ? value.join(',') : String(value)).replaceAll('\n', '\ufffd')
}
