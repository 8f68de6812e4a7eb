/** Gets the attestation that goes along with one request, or decides that it goes without. */
import type { AgentParts } from '../agent-parts.ts'
import { AuthorizationRefused } from '../authorization-refused.ts'
import type { AttestationWish } from './attestation-demand.ts'
import type { AttestationSource } from './attestation-source.ts'

/** The name of the header, in the combined mode with DPoP the only one. */
export const attestationHeader = 'oauth-client-attestation'

/** Three base64url parts: also keeps an attestation from breaking out of its header. */
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Octets; what a guard takes by default. */
const LONGEST = 8192

/**
 * Asks the agent's source for an attestation, where the server takes one.
 *
 * @param fresh whether the server has called the last one too old
 * @returns undefined to go without: the server takes none, or takes it that one is missing and the source has none
 * @throws AuthorizationRefused `attestation_unavailable` where the server demands one; `misconfigured` and
 * `insecure_url` of the source in any case, as nothing but its operator can mend those
 */
export async function obtainAttestation(
  { attestation: source, key }: Pick<AgentParts, 'attestation' | 'key'>,
  { audience, demand }: AttestationWish,
  fresh: boolean,
): Promise<string | undefined> {
  if (source === undefined || demand === 'unwanted') return undefined
  try {
    return await ask(source, { audience, key, ...(fresh && { fresh }) })
  } catch (error) {
    const refusal = error instanceof AuthorizationRefused ? error : unavailable('failed')
    if (demand === 'welcome' && !isMisconfiguration(refusal)) return undefined
    throw refusal
  }
}

async function ask(source: AttestationSource, request: Parameters<AttestationSource>[0]): Promise<string> {
  const attestation: unknown = await source(request)
  if (isAttestation(attestation)) return attestation
  throw unavailable('yielded no compact JWS of at most 8192 octets')
}

/** Whether a value can be sent as an attestation; who signed it, and what, is for the server to judge. */
export function isAttestation(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST && COMPACT_JWS.test(value)
}

function isMisconfiguration({ code }: AuthorizationRefused): boolean {
  return code === 'misconfigured' || code === 'insecure_url'
}

/** The source's own error is left out: it may quote a key or a token. */
function unavailable(what: string): AuthorizationRefused {
  return new AuthorizationRefused(
    'attestation_unavailable',
    `The server demands an attestation, and the agent's \`attestation\` source ${what}; mend or replace that source.`,
  )
}
