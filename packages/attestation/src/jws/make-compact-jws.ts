/** Compact JWS made (RFC 7515 §5.1): what is signed here, whoever holds the key. */
import { encodeBase64url } from '@countersign/core'

const utf8 = new TextEncoder()

/** Signs the ASCII signing input; yields the signature in its JWS form, 64 octets. */
type Sign = (signingInput: string) => Promise<Uint8Array>

/** Takes header and payload as they shall be written. */
export async function makeCompactJws(header: object, payload: object, sign: Sign): Promise<string> {
  const signingInput = `${encodeJson(header)}.${encodeJson(payload)}`
  return `${signingInput}.${encodeBase64url(await sign(signingInput))}`
}

function encodeJson(value: object): string {
  return encodeBase64url(utf8.encode(JSON.stringify(value)))
}
