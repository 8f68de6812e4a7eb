/** What is asked of those who refuse a call for want of authorization details, and of those who are refused. */
import type { Requirement } from './requirement.ts'

const remediation = (section: string): string =>
  `https://datatracker.ietf.org/doc/html/draft-ietf-oauth-rar-metadata-remediation#section-${section}`

/** Part of the requirements. The draft answers 401; we answer 403, since a 401 has clients of MCP authorise anew. */
export const remediationRequirements = [
  {
    id: 'RARM-4-1',
    source: remediation('4'),
    text: 'A token with missing or insufficient details is refused with insufficient_authorization.',
  },
  {
    id: 'RARM-4-2',
    source: remediation('4'),
    text: 'authorization_remediation is base64url JSON that holds the details to ask for, made from the failed request.',
  },
  {
    id: 'RARM-4-3',
    source: remediation('4'),
    text: 'A token that was granted those details is enough for the request.',
  },
  {
    id: 'RARM-4-4',
    source: remediation('4'),
    text: 'There is no authorization_reference where tokens are for a single use.',
  },
  {
    id: 'RARM-7.1.3-1',
    source: remediation('7.1.3'),
    text: 'A client asks for those details with any grant that takes them, and sends the request again.',
  },
  {
    id: 'RARM-7.3.3-1',
    source: remediation('7.3.3'),
    text: 'A client whose new token is refused like the one before stops, and reports the refusal.',
  },
  {
    id: 'RARM-7.2.3-1',
    source: remediation('7.2.3'),
    text: 'A token that lacks scope is refused with insufficient_scope, and not for want of details.',
  },
] as const satisfies readonly Requirement[]
