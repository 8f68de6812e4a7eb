/** Why an attestation is refused, in words: cause and, where there is one, cure. */
import { type Rejection, rejections } from '@countersign/core'
import { printable } from '../terminal/printable.ts'

/** Takes a refusal of the verifier or of a policy; yields one sentence or two. */
export function explainRefusal({ code, reason = '', resembles }: Rejection): string {
  if (resembles !== undefined) {
    return `its issuer only looks like ${printable(resembles.issuer)} (${resembles.how}), and is a stranger.`
  }
  const known = own(WORDS, `${code} ${reason}`) ?? own(WORDS, reason) ?? own(WORDS, code)
  if (known !== undefined) return known
  return reason === '' ? rejections[code].summary : `it is malformed, or its ${reason} is.`
}

/** By code and reason, by reason, by code. */
const WORDS: Readonly<Record<string, string>> = {
  signature:
    'its signature is not by the key that its issuer has under that kid: it was changed, or somebody else made it.',
  typ: 'its typ is not oauth-client-attestation+jwt.',
  alg: 'it is signed with an algorithm that is not taken from that issuer.',
  embedded_key: 'it brings its own key along. Keys come from the trust list alone.',
  kid: 'its kid is no name of a key.',
  unknown_key: 'it names a key that its issuer does not have.',
  key_revoked: 'the key that signed it was revoked.',
  key_expired: 'the key that signed it is past its time.',
  lifetime: 'it lives longer than 600 seconds, or ends before it begins.',
  expired: 'it has expired. Get a new one: countersign attest issue.',
  not_yet: 'it is of a time to come; or one of two clocks is wrong.',
  client_id: 'its sub is not the client that shows it.',
  cnf: 'it is bound to no key, which its issuer may not do here; or its cnf is malformed.',
  no_proof: 'it is bound to a key, and no proof by that key comes with it.',
  other_key: 'it is bound to another key than that of the proof that comes with it.',
  audience: 'it is for another server.',
  no_audience: 'it names no server that it is for.',
  several_audiences: 'it is for several servers, each of which could show it to the others.',
  'attestation_issuer_untrusted issuer': 'its issuer is not on the trust list.',
  carriage: 'its issuer is trusted for the older carriage alone, in initialize.',
  provider: 'its issuer may not speak for that provider.',
  trust_domain: 'its sub is in a SPIFFE trust domain that its issuer may not speak for.',
  'attestation_required unbound': 'one that is bound to a key is asked for, and this one is not.',
  'attestation_policy level': 'its issuer counts for less than is asked for.',
  'attestation_policy issuer': 'it is not by an issuer that is asked for.',
  'attestation_policy provider': 'its agent is not of a provider that is asked for.',
  'attestation_policy model': 'its agent is not a model, or not of a version, that is asked for.',
  'attestation_policy safety_level': 'its safety_level is lower than is asked for.',
  'attestation_policy type': 'its attestation_type is none of those that are asked for.',
  'attestation_policy assurance': 'its issuer was told what it says; it is asked that it has measured it.',
  'attestation_policy config_hash': 'its config_hash is none of those that are asked for.',
  'attestation_policy system_prompt_hash': 'its system_prompt_hash is none of those that are asked for.',
  keys_unavailable: 'the keys of its issuer cannot be had right now. Is it running?',
  agent_identity: 'its agent_identity is missing or malformed.',
  agent_integrity: 'its agent_integrity is malformed.',
  attestation_metadata: 'its attestation_metadata is missing or malformed.',
}

function own(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined
}
