/** Reads the body of a small HTML form (application/x-www-form-urlencoded). */
import type { Context } from 'oidc-provider'

/** The fields, or the HTTP status that says why there are none. */
export type FormBody =
  | { readonly ok: true; readonly fields: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly status: 400 | 413 | 415 }

/** Bytes: a name, a password and a token fit easily. */
const MAX_FORM_BYTES = 8192

/** Reads the form of a request; a field that comes twice makes the whole form unreadable. */
export async function readFormBody(ctx: Context): Promise<FormBody> {
  if (ctx.is('application/x-www-form-urlencoded') === false) return { ok: false, status: 415 }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) return { ok: false, status: 400 }
    size += chunk.length
    if (size > MAX_FORM_BYTES) return { ok: false, status: 413 }
    chunks.push(chunk)
  }
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) {
    if (fields.has(name)) return { ok: false, status: 400 }
    fields.set(name, value)
  }
  return { ok: true, fields }
}
