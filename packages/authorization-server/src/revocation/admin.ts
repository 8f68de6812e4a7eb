/** Revocation by the operator, in process. */
import type { Revocation } from '../configuration/options.ts'
import type { Revocations } from './revocations.ts'

/** Revokes what is named; rejects with a TypeError for what names nothing, or two things. */
export async function revokeByOperator(revocations: Revocations, what: Revocation): Promise<void> {
  const [named, ...others] = Object.entries(what)
  const [kind, id] = named ?? []
  if (others.length > 0 || typeof id !== 'string' || id === '') throw misuse()
  switch (String(kind)) {
    case 'token':
      return revocations.token(id)
    case 'grant':
      return revocations.grant(id)
    case 'client':
      return revocations.client(id)
    case 'subject':
      return revocations.subject(id)
    case 'attestationKey':
      return revocations.attestationKey(id)
    case 'agent':
      return revocations.agent(id)
    case 'capability':
      return revocations.capability(id)
    default:
      throw misuse()
  }
}

function misuse(): TypeError {
  return new TypeError(
    'Name one thing to revoke: { token }, { grant }, { client }, { subject }, { attestationKey }, { agent } or { capability }, with its id.',
  )
}
