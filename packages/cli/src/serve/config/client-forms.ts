/** Who may ask for tokens, and who may log in, as a configuration file says it: see `ClientRegistration`. */
import { attestationPolicy } from './attestation-form.ts'
import { choice, flag, list, object, text } from './forms.ts'
import { members, optional } from './members.ts'
import { secret } from './secret.ts'

/** Public keys as a JWK Set (RFC 7517 §5). */
export const jwks = members({ keys: list(object) })

/** A client. */
export const client = members({
  client_id: text,
  name: optional(text),
  grants: list(choice(['client_credentials', 'authorization_code', 'refresh_token', 'token_exchange'])),
  authentication: optional(choice(['private_key_jwt', 'attestation', 'spiffe'])),
  jwks: optional(jwks),
  spiffe_id: optional(text),
  attestation: optional(attestationPolicy),
  public: optional(flag),
  redirect_uris: optional(list(text)),
  scopes: list(text),
  delegates_to: optional(list(text)),
  authorization_details_types: optional(list(choice(['mcp_tool']))),
})

/** A person who may log in. */
export const user = members({ subject: text, name: text, password: secret })
