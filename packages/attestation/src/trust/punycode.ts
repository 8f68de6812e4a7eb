/** Punycode labels decoded (RFC 3492 §6.2), to see the letters that a host name shows to people. */

const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700
const LONGEST_LABEL = 63

/** Takes a label without its `xn--`; yields the text, or `undefined` when it is not the encoding of one. */
export function decodePunycode(encoded: string): string | undefined {
  if (encoded.length > LONGEST_LABEL) return undefined
  const delimiter = encoded.lastIndexOf('-')
  const output = [...encoded.slice(0, Math.max(delimiter, 0))].map((character) => character.codePointAt(0) ?? 0)
  if (output.some((point) => point >= 0x80)) return undefined
  let position = delimiter < 0 ? 0 : delimiter + 1
  let point = 0x80
  let index = 0
  let bias = 72
  while (position < encoded.length) {
    const former = index
    let weight = 1
    for (let k = BASE; ; k += BASE) {
      const digit = readDigit(encoded.charCodeAt(position++))
      if (digit === undefined) return undefined
      index += digit * weight
      const threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias
      if (digit < threshold) break
      weight *= BASE - threshold
    }
    const length = output.length + 1
    bias = adapt(index - former, length, former === 0)
    point += Math.floor(index / length)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined
    index %= length
    output.splice(index++, 0, point)
  }
  return String.fromCodePoint(...output)
}

// §5: letters of either case are 0 to 25, digits 26 to 35. Past the end of the text there is no code, so no digit.
function readDigit(code: number): number | undefined {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61
  if (code >= 0x41 && code <= 0x5a) return code - 0x41
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26
  return undefined
}

function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2))
  rest += Math.floor(rest / length)
  let k = 0
  while (rest > ((BASE - T_MIN) * T_MAX) / 2) {
    rest = Math.floor(rest / (BASE - T_MIN))
    k += BASE
  }
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW))
}
