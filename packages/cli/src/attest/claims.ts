/** What the claims of an attestation mean, one sentence each (draft-ietf-oauth-attestation-based-client-auth §5.1). */
import { explainMember } from '../token/claims.ts'

/** Words for one member; undefined for those that nobody here knows. */
export function explainClaim(name: string, value: unknown, now: number): string | undefined {
  if (Object.hasOwn(MEANINGS, name)) return MEANINGS[name]
  return explainMember(name, value, now)
}

/** Where an attestation means something else than an access token, or more. */
const MEANINGS: Readonly<Record<string, string>> = {
  iss: 'who vouches for the agent; whether that counts is for the trust list to say',
  sub: 'the client that the agent acts as: the client_id of its access token',
  cnf: 'the key of the agent’s instance: worthless without proofs signed by it',
  jti: 'its own name, for logs and single use',
  agent_identity: 'which agent it is',
  model_family: 'the model',
  model_version: 'and its version',
  provider: 'who makes the model; an issuer may speak only for the providers on its line of the trust list',
  deployment_id: 'where it runs, in its provider’s own words',
  agent_integrity: 'what it was started with, as digests',
  config_hash: 'its configuration',
  system_prompt_hash: 'its system prompt',
  attestation_metadata: 'what kind of attestation this is',
  attestation_version: 'version of these claims',
  attestation_type: 'who attests what, in the issuer’s own words',
  safety_level: 'what the provider declares of its safeguards: minimal, standard or enhanced',
  capabilities_declared: 'what it says it can do; no right follows from it',
  assurance: 'asserted: the deployment said so; measured: the issuer looked',
}
