/** Text from the network made safe to show: nothing in it can move the cursor, change colours or hide other text. */

/** Controls except line feed and tab, and what turns the direction of writing or breaks lines (Unicode TR #36 §3). */
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/gu

/** Replaces every unsafe character with U+FFFD. */
export function printable(text: string): string {
  return text.replace(UNSAFE, '\ufffd')
}

/** One line of JSON that says the same wherever it is read: unsafe characters are escaped, which JSON leaves to its writer. */
export function printableJson(value: object): string {
  return JSON.stringify(value).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
