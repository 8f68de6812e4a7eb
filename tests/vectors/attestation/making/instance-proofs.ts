/** Vectors of instance proofs: what an agent sends to be attested. */
import { audience, clientId, issuer } from './attestations.ts'
import { keys, type Members, type SignVector } from './keys.ts'

/** What the issuer gave out, and has not seen again. */
const challenge = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
const header = { typ: 'attestation-instance+jwt', alg: 'ES256', jwk: keys.instance.jwk }
const good: Members = { aud: issuer, sub: clientId, challenge }

type Change = readonly [title: string, outcome: string, claims: Members, header?: Members, registered?: Members]

const some = { audiences: [audience] }

const accepted: readonly Change[] = [
  ['for any server', keys.instance.thumbprint, {}],
  ['for one server', keys.instance.thumbprint, { attestation_audience: audience }],
  ['for one server, which is registered', keys.instance.thumbprint, { attestation_audience: audience }, {}, some],
  ['by an Ed25519 key', keys.instanceEd25519.thumbprint, {}, { alg: 'Ed25519', jwk: keys.instanceEd25519.jwk }],
]

const refused: readonly Change[] = [
  ['of another typ', 'invalid_instance_proof typ', {}, { typ: 'dpop+jwt' }],
  ['alg of another key', 'invalid_instance_proof alg', {}, { alg: 'Ed25519' }],
  ['alg RS256', 'invalid_instance_proof alg', {}, { alg: 'RS256' }],
  ['no jwk', 'invalid_instance_proof jwk_object', {}, { jwk: undefined }],
  ['a private jwk', 'invalid_instance_proof jwk_private', {}, { jwk: { ...keys.instance.jwk, d: 'AAAA' } }],
  ['another key’s jwk', 'invalid_instance_proof signature', {}, { jwk: keys.thief.jwk }],
  ['for another issuer', 'invalid_instance_proof aud', { aud: 'https://other.example' }],
  ['for a list of issuers', 'invalid_instance_proof aud', { aud: [issuer] }],
  ['of another deployment', 'invalid_instance_proof sub', { sub: 'somebody' }],
  ['no challenge', 'invalid_instance_proof challenge', { challenge: undefined }],
  ['a server that is no text', 'invalid_instance_proof attestation_audience', { attestation_audience: [audience] }],
  [
    'a server that is not registered',
    'audience_not_registered',
    { attestation_audience: 'https://other.example/mcp' },
    {},
    some,
  ],
  ['no server, where some are registered', 'audience_not_registered', {}, {}, some],
  [
    'a challenge that was never given out',
    'use_attestation_challenge unknown',
    { challenge: 'BBECAwQFBgcICQoLDA0ODw' },
  ],
]

/** Makes the content of `instance-proofs.json`. */
export function makeInstanceProofs(sign: SignVector) {
  const write = ([title, outcome, claims, changes = {}, registered]: Change) => {
    const { alg } = { ...header, ...changes }
    const key = alg === 'Ed25519' && changes.jwk !== undefined ? keys.instanceEd25519 : keys.instance
    return { title, ...registered, outcome, proof: sign(key, { ...header, ...changes }, { ...good, ...claims }) }
  }
  return {
    source: 'Made by making/instance-proofs.ts with node:crypto: what docs/attestation.md says of instance proofs.',
    note: '`outcome` is the thumbprint of the key that is attested, or code and reason of a refusal. `audiences` are those that the deployment is registered with; where there are none, any may be named, or none.',
    issuer,
    clientId,
    challenge,
    accepted: accepted.map(write),
    refused: refused.map(write),
  }
}
