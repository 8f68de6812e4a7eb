/** What broke on our side, told without its message: that may quote what was being handled. */

/** The kind of an unexpected error and the place in the source where it came up. */
export interface Fault {
  /** `TypeError`, or the type of a value that is no error. */
  readonly name: string
  /** Node's or the system's code, such as `ECONNREFUSED`. */
  readonly code?: string
  /** The innermost line of the stack. */
  readonly at?: string
}

/** Describes whatever was thrown, for logs. */
export function describeFault(error: unknown): Fault {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = codeOf(error) ?? codeOf(error.cause)
  const at = placeOf(error)
  return { name: error.name, ...(code !== undefined && { code }), ...(at !== undefined && { at }) }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const { code } = error
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : undefined
}

/** A stack begins with the message, in which a line may look like a place. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const end = stack.indexOf(message)
  if (end < 0) return undefined
  return /^ {4}at (.+)$/m.exec(stack.slice(end + message.length))?.[1]
}
