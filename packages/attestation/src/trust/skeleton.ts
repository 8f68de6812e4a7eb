/** What a host name looks like to a person: letters that pass for one another become one (after Unicode TS #39 §4). */
import { decodePunycode } from './punycode.ts'

/** For each Latin letter, the letters of other scripts and the digits that pass for it in common typefaces. */
const PASS_FOR: Readonly<Record<string, string>> = {
  a: 'аɑα',
  b: 'ьƅ',
  c: 'сϲᴄⅽ',
  d: 'ԁɗⅾ',
  e: 'еҽє3',
  g: 'ɡɢց9',
  h: 'һհ',
  // `i`, `l`, `1` and `|` are one shape: `anthroplc` for `anthropic`.
  i: 'іıɩιӏⅼlǀⲓ1|ⅰ',
  j: 'јϳ',
  k: 'кκⲕ',
  m: 'мⅿ',
  n: 'пոη',
  o: 'оοօσ০0',
  p: 'рρⲣ',
  q: 'ԛգ',
  r: 'гᴦⲅ',
  s: 'ѕꜱ5',
  t: 'тτ',
  u: 'υսцʋ',
  v: 'νѵⅴ',
  w: 'ѡωԝш',
  x: 'хⅹχ',
  y: 'уγү',
  z: 'ᴢ2',
}

const FOLD = new Map(
  Object.entries(PASS_FOR).flatMap(([letter, others]) => [...others].map((other) => [other, letter] as const)),
)

/** Takes a host name in any case, with or without punycode and trailing full stops; yields its look. */
export function makeSkeleton(host: string): string {
  const shown = host
    .toLowerCase()
    // Full stops of other scripts separate labels too (RFC 3490 §3.1).
    .split(/[.。．｡]/)
    .map((label) => (label.startsWith('xn--') ? (decodePunycode(label.slice(4)) ?? label) : label))
    .join('.')
  const plain = shown
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
  const folded = [...plain].map((character) => FOLD.get(character) ?? character).join('')
  return folded.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('ci', 'd').replace(/\.+$/, '')
}
