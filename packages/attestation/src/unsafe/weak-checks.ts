/** Checks done the way that they are seen done elsewhere, each with one weakness; they take the sound check to weaken. */
import {
  type CompactJws,
  type KeyRing,
  ok,
  parsePublicJwk,
  readJsonSegment,
  refuse,
  type Verifier,
  type VerifyKey,
} from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import { attestationAlgorithms } from '../jws/attestation-algorithms.ts'
import { parseSpiffeId } from '../trust/spiffe-id.ts'
import type { TrustedIssuer } from '../trust/trust-list.ts'
import { type AttestationCheck, established, type Presented } from '../verify/presented.ts'

/** Makes a check weaker. */
export type Weaken = (sound: AttestationCheck) => AttestationCheck

/** The key of what nobody verified; it verifies nothing. */
const unverified: VerifyKey = { algorithm: 'Ed25519', thumbprint: 'unverified' }

/** Objects to nothing. */
export const nothing: Weaken = () => () => undefined

/** Looks at the clock, and does not mind what it says. */
export const timeless: Weaken = () => (presented, context) => {
  presented.now = context.clock()
  return undefined
}

/** Takes `alg: none`, and a signature that is not there. */
export const unsignedForm: Weaken = (sound) => (presented, context) => {
  const objection = sound(presented, context)
  if (objection === undefined) return undefined
  const jws = readUnsigned(presented.text)
  if (jws === undefined) return objection
  presented.jws = jws
  return undefined
}

/** Takes any algorithm, as nothing will be verified with it. */
export const anyAlgorithm: Weaken = () => (presented) => {
  const alg = presented.jws?.header.alg
  presented.algorithm = attestationAlgorithms.find((name) => name === alg) ?? 'Ed25519'
  return undefined
}

/** Asks for no key. */
export const noSigningKey: Weaken = () => (presented) => {
  presented.key = unverified
  return undefined
}

/** Takes a stranger for a provider, and its key out of the header. */
export const anyIssuer: Weaken = (sound) => (presented, context) => {
  const { issuer } = established(presented.claims)
  if (context.trust.find(issuer) !== undefined) return sound(presented, context)
  presented.trusted = trustStranger(presented, context.verifier)
  return undefined
}

/** Lets strangers bring a key: there is no other to verify them with. */
export const strangersBringKeys: Weaken = (sound) => (presented, context) => {
  const { issuer } = established(presented.claims)
  return context.trust.find(issuer) === undefined ? undefined : sound(presented, context)
}

/** Prefers the key in the header to the issuer's own. */
export const keyOfHeader: Weaken = (sound) => async (presented, context) => {
  const { header } = established(presented.jws)
  if (header.jwk === undefined) return sound(presented, context)
  const key = await ringOfHeader(presented, context.verifier).find(undefined, established(presented.algorithm))
  if (!key.ok) return refuseAttestation('attestation_invalid', 'jwk')
  presented.key = key.value
  return undefined
}

/** Where nobody can say what the issuer's keys are, goes on without. */
export const keysFailOpen: Weaken = (sound) => async (presented, context) => {
  const objection = await sound(presented, context)
  if (objection?.rejection.code !== 'keys_unavailable') return objection
  presented.key = unverified
  return undefined
}

/** Verifies nothing where there is nothing to verify it with. */
export const signatureOfKnownKeys: Weaken = (sound) => (presented, context) =>
  presented.key === unverified ? undefined : sound(presented, context)

function readUnsigned(text: string): CompactJws | undefined {
  const [headerSegment = '', payloadSegment = ''] = text.split('.')
  const header = readJsonSegment(headerSegment)
  const payload = readJsonSegment(payloadSegment)
  if (!header.ok || !payload.ok) return undefined
  const signingInput = `${headerSegment}.${payloadSegment}`
  return {
    header: header.value,
    payload: payload.value,
    headerSegment,
    payloadSegment,
    signingInput,
    signature: new Uint8Array(),
  }
}

function trustStranger(presented: Presented, verifier: Verifier): TrustedIssuer {
  const { issuer, subject, agent } = established(presented.claims)
  return {
    issuer,
    keys: ringOfHeader(presented, verifier),
    level: 'provider',
    providers: new Set([agent.identity.provider]),
    algorithms: new Set(attestationAlgorithms),
    trustDomain: parseSpiffeId(subject)?.trustDomain,
    acceptUnbound: false,
    legacy: false,
  }
}

function ringOfHeader({ jws }: Presented, verifier: Verifier): KeyRing {
  return {
    async find(_kid, algorithm) {
      const jwk = parsePublicJwk(jws?.header.jwk)
      if (!jwk.ok) return refuse('invalid_token', 'unknown_key')
      const key = await verifier.importKey(jwk.value, algorithm)
      return key.ok ? ok(key.value) : key
    },
  }
}
