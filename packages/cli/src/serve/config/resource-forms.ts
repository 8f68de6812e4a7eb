/** What tokens are issued for, as a configuration file says it: see `ResourceRegistration`. */
import { jwks } from './client-forms.ts'
import { choice, either, flag, integer, isText, list, record, text } from './forms.ts'
import { members, optional } from './members.ts'
import { secret } from './secret.ts'

/** What a capability for a tool has to say. */
const capability = members({
  object: either(isText, text, list(text)),
  free: optional(list(text)),
  uses: optional(integer(1, 1000)),
  seconds: optional(integer(1, 3600)),
  approval: optional(choice(['none', 'person'])),
})

const tool = members({
  scopes: list(text),
  capability: optional(capability),
  words: optional(text),
  destructive: optional(flag),
})

/** A resource server as a client of the introspection endpoint. */
const introspection = members({ client_id: text, jwks: optional(jwks), secret: optional(secret) })

/** A resource server. */
export const resource = members({
  resource: text,
  name: optional(text),
  scopes: record(text),
  tools: optional(record(tool)),
  access_token_lifetime: optional(integer(1, 86_400)),
  access_token_format: optional(choice(['jwt', 'opaque'])),
  introspection: optional(introspection),
})
