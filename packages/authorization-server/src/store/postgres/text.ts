/** Texts as PostgreSQL takes them. */

/** U+0000 is the one character that its `text` cannot hold (§8.3); here it becomes another that nobody needs. */
export function toText(value: string): string {
  return value.replaceAll('\0', '\ufffd')
}
