/** Makes text that a stranger chose fit to be shown: one line, one direction of reading, nothing invisible, not long. */

/** Combining marks beyond these many pile up over the lines around them. */
const MARKS = 3
const PILES = new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, 'gu')

/**
 * Yields what may be shown of a text, at most `limit` characters; may be empty. White space and controls become one
 * space; what is not seen goes (directional overrides, zero-width and other ignorable characters; Unicode TR 36 §2).
 */
export function toDisplayText(text: string, limit = 60): string {
  const visible = text
    .slice(0, limit * 16)
    .normalize('NFC')
    .replace(/[\p{Z}\p{Cc}\u2800]+/gu, ' ')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(PILES, '$1')
    .trim()
  const characters = Array.from(visible)
  return characters.length <= limit ? visible : `${characters.slice(0, limit).join('').trimEnd()}…`
}
