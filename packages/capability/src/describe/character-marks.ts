/** What in a text a person can't see, or takes for something else (after Unicode TS #39 and UAX #9). */

/**
 * - `control`: line breaks and other control characters; `bidi`: turns the direction of what follows;
 *   `invisible`: shows nothing, or a blank that is none
 * - `mixed_scripts`: letters of several alphabets in one word; `look_alike`: a word of other letters that pass for
 *   Latin ones
 * - `not_normal`: another text looks the same and is compared as different (it is not in form NFC)
 */
export type CharacterMark = 'control' | 'bidi' | 'invisible' | 'mixed_scripts' | 'look_alike' | 'not_normal'

const BIDI = /\p{Bidi_Control}/u
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u
// Formats, private and unassigned ones, blanks but the usual one, what fonts leave out, and the empty Braille cell.
const INVISIBLE =
  /(?![ \p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}])[\p{Cf}\p{Co}\p{Cn}\p{Zs}\p{Default_Ignorable_Code_Point}\u2800]/u
const HIDDEN = /(?! )[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu
const WORD = /[\p{L}\p{M}\p{N}_]+/gu

/** Alphabets that share shapes with the Latin one. */
const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
]

/** Letters of other alphabets that pass for Latin ones in common typefaces, small and capital. */
const LATIN_SHAPES = new Set([
  ...'аαɑьсϲԁеєҽɡցһհіιıӏјϳкκмпոηоοօрρԛզгѕтτυսνѵѡԝωхχуγүᴢ',
  ...'АВСЕНІЈКМОРЅТУХԌԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ',
  ...'ᎪᏴᏟᎬᎻᎥᎫᏦᏞᎷᏢᏒᏚᎢᏔᏃⲟⲣⲥⲞⲢⲤ',
])

/** Takes a text as it is; yields what is to be said of it, each mark once. */
export function markCharacters(text: string): readonly CharacterMark[] {
  const words = text.match(WORD) ?? []
  const found: readonly (readonly [CharacterMark, boolean])[] = [
    ['control', CONTROL.test(text)],
    ['bidi', BIDI.test(text)],
    ['invisible', INVISIBLE.test(text)],
    ['mixed_scripts', words.some(isMixed)],
    ['look_alike', words.some(looksLatin)],
    ['not_normal', text !== text.normalize('NFC')],
  ]
  return found.flatMap(([mark, isThere]) => (isThere ? [mark] : []))
}

/** Takes a text; yields it with every character that does not show written as its UTF-16 units, `\u202e`. */
export function writeOutHidden(text: string): string {
  return text.replaceAll(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i))}`).join(''),
  )
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0')
}

function isMixed(word: string): boolean {
  return ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1
}

/** Every letter passes for a Latin one and not one is; or a letter is a variant of a Latin one, such as a wide `ａ`. */
function looksLatin(word: string): boolean {
  const letters = [...word].filter((character) => /\p{L}/u.test(character))
  if (letters.some((letter) => /^[^a-z]$/iu.test(letter) && /^[a-z]+$/i.test(letter.normalize('NFKC')))) return true
  return letters.length > 0 && letters.every((letter) => LATIN_SHAPES.has(letter))
}
