/** The media type of an attestation (draft-ietf-oauth-attestation-based-client-auth §5.1). */

/** Without `application/`. */
export const attestationType = 'oauth-client-attestation+jwt'
