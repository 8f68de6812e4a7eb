/** The issuer's HTTP side put together: who is asked what, in which order. */
import { type AttestationChallenges, createAttestationIssuer } from '@countersign/attestation/issue'
import { type AuthenticationParts, authenticateDeployment } from '../clients/client-assertion.ts'
import { placeIssuer } from '../issuer-identifier.ts'
import type { CurrentKeys } from '../keys/current-keys.ts'
import type { AttestationIssuerServerOptions } from '../options.ts'
import { createAttestationEndpoint } from './attestation-endpoint.ts'
import { createRoutes } from './routes.ts'

/** What stands behind the doors. */
export interface DoorsParts extends Pick<AttestationIssuerServerOptions, 'deployments' | 'events' | 'onFault'> {
  readonly authentication: AuthenticationParts
  readonly challenges: AttestationChallenges
  readonly current: CurrentKeys
  readonly tend: () => Promise<void>
  readonly jwks: () => string
  readonly bundle: () => Promise<string | undefined>
}

/** Seconds for which a challenge can be answered. */
export const CHALLENGE_LIFETIME = 60

/** Creates the handler of all requests. */
export function createDoors(parts: DoorsParts): (request: Request) => Promise<Response> {
  const { authentication, challenges, current, tend, jwks, bundle, events = () => {}, onFault = () => {} } = parts
  const { issuer, verifier, clock } = authentication
  const byId = new Map(parts.deployments.map((deployment) => [deployment.clientId, deployment]))
  const registrations = { find: (clientId: string) => byId.get(clientId) }

  const findIssuer = async () => {
    // The key may have come to its end with nobody there to tend to it.
    if ((await current.signer()) === undefined) await tend()
    const signer = await current.signer()
    if (signer === undefined) return undefined
    return createAttestationIssuer({ issuer, signer: () => signer, registrations, challenges, verifier, clock })
  }
  const attest = createAttestationEndpoint({
    authenticate: (assertion) => authenticateDeployment(assertion, authentication),
    issuer: findIssuer,
    makeChallenge: () => challenges.make(),
    clock,
    events,
  })
  return createRoutes({
    issuer,
    places: placeIssuer(issuer),
    jwks,
    bundle,
    challenge: () => challenges.make(),
    challengeLifetime: CHALLENGE_LIFETIME,
    attest,
    onFault,
  })
}
