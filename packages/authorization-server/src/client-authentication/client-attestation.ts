/** Attestations at the token endpoint: verified with the request's own DPoP proof, judged by the client's policy. */
import type { TrustList } from '@countersign/attestation/trust'
import { createAttestationVerifier, judgeAttestation, type VerifiedAttestation } from '@countersign/attestation/verify'
import { type Rejection, type Result, refuse, type Verifier } from '@countersign/core'
import { type Context, errors } from 'oidc-provider'
import type { KnownClient } from '../configuration/client-registry.ts'
import type { Log } from '../log.ts'
import type { TokenProof } from '../token-endpoint/token-proof.ts'
import { findShownAttestation } from './attestation-header.ts'
import { AttestationRefused } from './attestation-refused.ts'

/** What `createAttestationCheck` needs. */
export interface AttestationCheckParts {
  readonly issuer: string
  /** Without it, what is shown is looked at by nobody. */
  readonly trust: TrustList | undefined
  readonly verifyProof: (ctx: Context) => Promise<TokenProof | undefined>
  readonly verifier: Verifier
  readonly now: () => number
  readonly log: Log
}

const agents = new WeakMap<Context, VerifiedAttestation>()
const heldBack = new WeakMap<Context, AttestationRefused>()

/** The agent that a token request was attested to come from. */
export function findAgent(ctx: Context): VerifiedAttestation | undefined {
  return agents.get(ctx)
}

/** Throws what was held back until a refresh token that was used before had ended its family. */
export function assertAttested(ctx: Context): void {
  const refused = heldBack.get(ctx)
  if (refused !== undefined) throw refused
}

/**
 * Creates the check of a token request's attestation, which spends nothing. It throws `invalid_client_attestation` or
 * `use_fresh_attestation`, with 401 where the attestation is how the client proves itself and 400 elsewhere, and what
 * the check of proofs throws; for a refresh it may leave the refusal to `assertAttested`.
 */
export function createAttestationCheck(
  parts: AttestationCheckParts,
): (ctx: Context, client: KnownClient) => Promise<void> {
  const { issuer, trust, verifyProof, verifier, now, log } = parts
  const attestations =
    trust && createAttestationVerifier({ verifier, clock: now, trust: boundOnly(trust), events: log })

  const verify = async (ctx: Context, clientId: string): Promise<Result<VerifiedAttestation> | undefined> => {
    const shown = findShownAttestation(ctx)
    if (shown === undefined || attestations === undefined) return undefined
    if (!shown.ok) return refuse('attestation_invalid', shown.reason)
    const proof = await verifyProof(ctx)
    return attestations.verify(shown.text, {
      proofThumbprint: proof?.thumbprint ?? 'none',
      clientId,
      audience: issuer,
    })
  }

  return async (ctx, client) => {
    const standing = judgeAttestation(client.policy, await verify(ctx, client.clientId))
    if (!standing.ok) return refuseRequest(ctx, client, standing.rejection)
    if (standing.value.level !== 'none') agents.set(ctx, standing.value.attestation)
    else if (standing.value.missed) log({ type: 'attestation_missed', clientId: client.clientId, reason: 'none' })
  }
}

/**
 * Whoever gets a token here shows a proof, so nobody needs an attestation that is good for one use; and an issuer whose
 * attestations come by the legacy carriage alone has nothing to say here.
 */
function boundOnly(trust: TrustList): TrustList {
  return {
    find(issuer) {
      const trusted = trust.find(issuer)
      return trusted === undefined || trusted.legacy ? undefined : { ...trusted, acceptUnbound: false }
    },
    findLookAlike: (stranger) => trust.findLookAlike(stranger),
    needsLedger: false,
    legacyIssuers: [],
  }
}

/**
 * Who proves itself by other means is told only once its refresh token was looked at: one that was used before ends its
 * family, whatever else is wrong with the request.
 */
function refuseRequest(ctx: Context, { authentication }: KnownClient, rejection: Rejection): void {
  if (authentication === 'attestation') {
    if (rejection.code === 'attestation_required') throw new errors.InvalidClientAuth('no attestation')
    throw new AttestationRefused(rejection, 401)
  }
  const refused = new AttestationRefused(rejection, 400)
  if (ctx.oidc.params?.grant_type !== 'refresh_token') throw refused
  heldBack.set(ctx, refused)
}
