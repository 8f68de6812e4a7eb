/** The runtime's own base64 decoder, whichever it has. All are lenient, so none sees a text that was not checked before. */

type Decode = (text: string) => Uint8Array

/** What a runtime may have: newer ones `Uint8Array.fromBase64`, Node its `Buffer`, and all of them `atob`. */
interface Runtime {
  readonly Uint8Array: object
  readonly Buffer?: object
}

/** The fastest decoder of a runtime; they differ tenfold. */
export function chooseDecoder(runtime: Runtime): Decode {
  const { fromBase64 } = runtime.Uint8Array as { fromBase64?: (text: string, options: object) => ReturnType<Decode> }
  const buffer = runtime.Buffer as { from: (text: string, encoding: string) => ReturnType<Decode> } | undefined
  if (fromBase64 !== undefined) return (text) => fromBase64(text, { alphabet: 'base64url' })
  if (buffer !== undefined) return (text) => buffer.from(text, 'base64url')
  return decodeWithAtob
}

/** Takes canonical base64url; yields its octets, on Node in a pool of `Buffer`. */
export const decodeBase64: Decode = chooseDecoder(globalThis)

function decodeWithAtob(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const octets = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) octets[i] = binary.charCodeAt(i)
  return octets
}
