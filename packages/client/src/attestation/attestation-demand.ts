/** What a server's metadata says of attestations (draft-ietf-oauth-attestation-based-client-auth, Metadata). */
import { membersOf } from '../json-members.ts'
import { parseStringList } from '../string-list.ts'

/** `welcome` ones may be left out; one is shown only to a server that says it takes the combined mode with DPoP. */
export type AttestationDemand = 'unwanted' | 'welcome' | 'demanded'

/** An attestation that a server takes. */
export interface AttestationWish {
  /** A resource identifier, or the issuer of an authorization server. */
  readonly audience: string
  readonly demand: AttestationDemand
}

/** Reads `client_attestation_pop_methods_supported` of an authorization server or a protected resource. */
export function readAttestationDemand(document: unknown): AttestationDemand {
  const methods = parseStringList(membersOf(document).client_attestation_pop_methods_supported) ?? []
  if (!methods.includes('dpop_combined')) return 'unwanted'
  return methods.includes('none') ? 'welcome' : 'demanded'
}
