/** Where state is kept, as a configuration file says it. */
import { readFileSync } from 'node:fs'
import { either, type Form, isText, path, text } from './forms.ts'
import { members, optional } from './members.ts'
import { wrongAt } from './place.ts'
import { isElsewhere, secret } from './secret.ts'

/** A certificate or key in PEM. */
const pem: Form<string> = (value, place) => {
  const file = path(value, place)
  try {
    const content = readFileSync(file, 'utf8')
    if (content.includes('-----BEGIN ')) return content
  } catch {
    throw wrongAt(place, `names the file ${file}, which cannot be read: check its path and permissions`)
  }
  throw wrongAt(place, `names the file ${file}, which holds nothing in PEM`)
}

const tls = members({ ca: optional(pem), cert: optional(pem), key: optional(pem), servername: optional(text) })

const addressed = members({
  url: secret,
  username: optional(text),
  password: optional(secret),
  sentinel_username: optional(text),
  sentinel_password: optional(secret),
  tls: optional(tls),
  // Before every key, so that deployments can share one Redis.
  prefix: optional(text),
  // The issuer unless said: whoever meets another deployment there by mistake is refused.
  deployment: optional(text),
})

const url: Form<ReturnType<typeof addressed>> = (value, place) => ({ url: secret(value, place) })

/** Where the ledger is: a URL, wherever it stands, or an object with it and what belongs to it. */
export const ledger = either((value) => isText(value) || isElsewhere(value), url, addressed)
