/** Issuing attestations: to an authenticated deployment alone, for a key that answered a challenge just now. */
import { type Clock, encodeBase64url, type Ok, ok, type Verifier } from '@countersign/core'
import { defaultLifetime } from '../claims/attestation-time.ts'
import { attestationType } from '../jws/attestation-type.ts'
import { makeCompactJws } from '../jws/make-compact-jws.ts'
import type { AttestationChallenges } from './challenges.ts'
import { readInstanceProof } from './instance-proof.ts'
import { type DeploymentRegistration, type DeploymentRegistrations, writeAgentClaims } from './registration.ts'
import type { AttestationSigner } from './signer.ts'

/** Why nothing was issued; `use_attestation_challenge` asks for another try with a new challenge. */
export type IssueRejectionCode =
  | 'unknown_deployment'
  | 'invalid_instance_proof'
  | 'use_attestation_challenge'
  | 'audience_not_registered'

/** A refusal to issue; `reason` is a constant word of ours, for the log. */
export interface IssueRefused {
  readonly ok: false
  readonly rejection: { readonly code: IssueRejectionCode; readonly reason?: string }
}

/** An attestation, fresh from the signer. */
export interface IssuedAttestation {
  readonly attestation: string
  /** NumericDate. */
  readonly issuedAt: number
  /** NumericDate. */
  readonly expires: number
  /** The `kid` that signed it, for the log and the list of what falls with that key. */
  readonly keyId: string
}

/** What an attestation issuer is made of. */
export interface AttestationIssuerOptions {
  /** `iss`, to the letter as in the trust lists of others. */
  readonly issuer: string
  /** The active key, asked for each time: see `signingKey` of the key life cycle. */
  readonly signer: () => AttestationSigner
  readonly registrations: DeploymentRegistrations
  readonly challenges: AttestationChallenges
  readonly verifier: Verifier
  readonly clock: Clock
}

/** Issues attestations. */
export interface AttestationIssuer {
  /** A challenge for an instance's next proof. */
  challenge(): Promise<string>
  /**
   * Takes the `client_id` of a deployment that the caller *has authenticated*, and its instance's proof: see
   * `makeInstanceProof`. Rejects when the ledger of the challenges or the signer cannot answer; nothing is issued then.
   */
  issue(clientId: string, instanceProof: string): Promise<Ok<IssuedAttestation> | IssueRefused>
}

/** Creates an issuer. It takes no claims from anybody but the registrations. */
export function createAttestationIssuer(options: AttestationIssuerOptions): AttestationIssuer {
  const { issuer, signer, registrations, challenges, verifier, clock } = options
  return {
    challenge: () => challenges.make(),
    async issue(clientId, instanceProof) {
      const registration = await registrations.find(clientId)
      if (registration?.clientId !== clientId) return refuseIssue('unknown_deployment')
      const instance = await readInstanceProof(instanceProof, verifier, { issuer, clientId })
      if (!instance.ok) return refuseIssue('invalid_instance_proof', instance.reason)
      const { key, challenge, audience } = instance.value
      if (!mayName(registration, audience)) return refuseIssue('audience_not_registered')
      // The last question: what was refused for another reason has used no challenge up.
      const redeemed = await challenges.redeem(challenge)
      if (redeemed !== 'redeemed') return refuseIssue('use_attestation_challenge', redeemed)

      const active = signer()
      const issuedAt = Math.floor(clock())
      const expires = issuedAt + (registration.lifetime ?? defaultLifetime)
      const header = { typ: attestationType, alg: active.algorithm, kid: active.keyId }
      const payload = {
        iss: issuer,
        sub: clientId,
        ...(audience !== undefined && { aud: audience }),
        iat: issuedAt,
        nbf: issuedAt,
        exp: expires,
        jti: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))),
        cnf: { jwk: key },
        ...writeAgentClaims(registration),
      }
      const attestation = await makeCompactJws(header, payload, (signingInput) => active.sign(signingInput))
      return ok({ attestation, issuedAt, expires, keyId: active.keyId })
    },
  }
}

function mayName({ audiences }: DeploymentRegistration, audience: string | undefined): boolean {
  if (audiences === undefined) return true
  // One that names no audience is good at all of them, so also where this deployment has no business.
  return audience !== undefined && audiences.includes(audience)
}

function refuseIssue(code: IssueRejectionCode, reason?: string): IssueRefused {
  return { ok: false, rejection: reason === undefined ? { code } : { code, reason } }
}
