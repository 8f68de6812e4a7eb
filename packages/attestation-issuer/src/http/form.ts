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
  if (!octets.ok) return octets
  const text = decode(octets.value)
  if (text === undefined) return { ok: false, status: 400 }
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) return { ok: false, status: 400 }
    fields.set(name, value)
  }
  return { ok: true, fields }
}

/** Stops at the first octet too many, announced or not. Who leaves in the middle is no fault of ours. */
async function readOctets({
  body,
}: Request): Promise<{ readonly ok: true; readonly value: Uint8Array } | (Form & { readonly ok: false })> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body ?? []) {
      size += chunk.length
      if (size > LONGEST_FORM) return { ok: false, status: 413 }
      chunks.push(chunk)
    }
    return { ok: true, value: Buffer.concat(chunks) }
  } catch {
    return { ok: false, status: 400 }
  }
}

function decode(octets: Uint8Array): string | undefined {
  try {
    return utf8.decode(octets)
  } catch {
    return undefined
  }
}
