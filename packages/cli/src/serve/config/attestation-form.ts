/** What a client's agent must be attested to be, as a configuration file says it: as `AttestationPolicy` does. */
import { choice, either, isText, list, text } from './forms.ts'
import { members, optional } from './members.ts'

const presence = choice(['required', 'preferred', 'optional'])

const model = members({ family: text, versions: optional(list(text)), at_least: optional(text) })

const policy = members({
  presence,
  minimum_level: optional(choice(['enterprise', 'provider'])),
  issuers: optional(list(text)),
  providers: optional(list(text)),
  models: optional(list(model)),
  minimum_safety_level: optional(choice(['minimal', 'standard', 'enhanced'])),
  types: optional(list(text)),
  minimum_assurance: optional(choice(['asserted', 'measured'])),
  config_hashes: optional(list(text)),
  system_prompt_hashes: optional(list(text)),
})

/** A presence alone, or a whole policy. */
export const attestationPolicy = either(isText, presence, policy)
