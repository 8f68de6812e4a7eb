/** The body of a small form (application/x-www-form-urlencoded), read no further than it may be long. */

/** The fields, or the HTTP status that says why there are none. */
export type Form =
  | { readonly ok: true; readonly fields: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly status: 400 | 413 | 415 }

/** Octets: an assertion and an instance proof fit easily. */
const LONGEST_FORM = 32_768

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads the form of a request; a field that comes twice makes the whole form unreadable (RFC 6749 §3.2). */
export async function readForm(request: Request): Promise<Form> {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return { ok: false, status: 415 }
  const octets = await readOctets(request)
  if (octets === undefined) return { ok: false, status: 413 }
  const text = decode(octets)
  if (text === undefined) return { ok: false, status: 400 }
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) return { ok: false, status: 400 }
    fields.set(name, value)
  }
  return { ok: true, fields }
}

/** Stops at the first octet too many, announced or not. */
async function readOctets({ body }: Request): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > LONGEST_FORM) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(octets: Uint8Array): string | undefined {
  try {
    return utf8.decode(octets)
  } catch {
    return undefined
  }
}
