/** The attestation issuer: deployments attested over HTTP, on one SQLite file. */
import { completeKeyLifePolicy, createAttestationChallenges, type SigningKey } from '@countersign/attestation/issue'
import type { KeyBundle, RevocationReason } from '@countersign/attestation/trust'
import { type PublicJwk, systemClock } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { thumbprintOf } from './bundle/bundle-content.ts'
import { completeBundleLifetime, createPublications, type ImportResult } from './bundle/publication.ts'
import { importDeploymentKeys } from './clients/deployment-keys.ts'
import { rehearse } from './clients/rehearsal.ts'
import { CHALLENGE_LIFETIME, createDoors } from './http/doors.ts'
import { placeIssuer } from './issuer-identifier.ts'
import { createCurrentKeys } from './keys/current-keys.ts'
import { writeJwks } from './keys/jwks.ts'
import { createKeySteps, type KeyRotation, type RevokeResult } from './keys/key-steps.ts'
import { signSecurityEvent } from './keys/security-event.ts'
import type { AttestationIssuerServerOptions } from './options.ts'
import { type IssuerState, openIssuerState } from './store/issuer-state.ts'

/** A running attestation issuer; it listens to nothing by itself. All methods reject when the database cannot answer. */
export interface AttestationIssuerServer {
  readonly issuer: string
  /** Answers a request by its path and method; the `Host` counts for nothing. Never rejects. */
  fetch(request: Request): Promise<Response>
  /** The key to be pinned by whoever trusts the bundles; `undefined` where there are none. */
  readonly root: PublicJwk | undefined
  /** Every signing key that ever was, oldest first. */
  keys(): readonly SigningKey[]
  /** Takes the steps of the keys' life that are due and publishes them; to be called every minute or so. */
  tend(): Promise<void>
  /** Lets a new key take over, once verifiers have had the time to know it: `tend` does the rest. */
  rotate(): Promise<KeyRotation>
  /** Takes a key out of trust for good, and puts another in its place where it was the one that signs. */
  revoke(keyId: string, reason: RevocationReason): Promise<RevokeResult>
  /** What is published now, signed anew where it has to be. `bundle` is `undefined` while nobody has signed one. */
  publish(): Promise<{ readonly jwks: string; readonly bundle: string | undefined }>
  /** The content of the next bundle, for a root that is kept offline: see `signKeyBundle`. */
  draftBundle(): Promise<KeyBundle>
  /** Takes a bundle that was signed with that root, to be served from now on. Throws a `TypeError` without `rootKey`. */
  importBundle(text: string): Promise<ImportResult>
  /**
   * The signed word that a revoked key was stolen (RFC 8417), for one audience, by the root where it is here and by
   * the key itself otherwise. Throws a `TypeError` for a key that is not revoked.
   */
  securityEvent(keyId: string, audience: string): Promise<string>
  /** Closes the database; requests still under way get 503. */
  close(): Promise<void>
}

/**
 * Creates an issuer, with a key that signs from the first start on. Rejects with a `TypeError` or a `RangeError` for
 * options that cannot be, and with `DatabaseUnusable` for a database that cannot be used.
 */
export async function createAttestationIssuerServer(
  options: AttestationIssuerServerOptions,
): Promise<AttestationIssuerServer> {
  const { issuer, deployments, clock = systemClock } = options
  placeIssuer(issuer)
  completeKeyLifePolicy(options.keyLife)
  completeBundleLifetime(options.bundleLifetime)
  checkRoot(options)
  const verifier = createFastVerifier()
  await importDeploymentKeys(deployments, verifier)
  await rehearse(deployments, { issuer, verifier, clock })
  const state = openIssuerState(options.database, clock)
  try {
    const server = await assemble(options, state)
    await server.tend()
    return server
  } catch (error) {
    state.close()
    throw error
  }
}

async function assemble(options: AttestationIssuerServerOptions, state: IssuerState): Promise<AttestationIssuerServer> {
  const { issuer, root, rootKey = root?.publicJwk, clock = systemClock, events = () => {} } = options
  const verifier = createFastVerifier()
  const policy = completeKeyLifePolicy(options.keyLife)
  const lifetime = completeBundleLifetime(options.bundleLifetime)
  const { epoch, ledger, challengeSecret: secret } = state
  const current = createCurrentKeys(state.keys, clock)
  const parts = { issuer, policy, lifetime, verifier, epoch, clock, root, rootKey }
  const publications = createPublications({ ...parts, keys: state.keys, publications: state.publications })
  const isListed = (keyId: string) => publications.lists(keyId)
  const steps = createKeySteps({ epoch, keys: state.keys, policy, clock, isListed })
  const challenges = createAttestationChallenges({ verifier, ledger, clock, secret, lifetime: CHALLENGE_LIFETIME })

  const tend = async () => {
    await steps.tend()
    await publications.current()
  }
  const jwks = () => writeJwks(current.read().keys, clock(), policy)
  const bundle = async () => (await publications.current())?.bundle
  const keys = await importDeploymentKeys(options.deployments, verifier)
  const authentication = { issuer, keys, verifier, ledger, clock }
  const doors = createDoors({ ...options, authentication, challenges, current, tend, jwks, bundle })

  return {
    issuer,
    root: rootKey,
    fetch: doors,
    keys: () => current.read().keys,
    tend,
    async rotate() {
      const rotation = await steps.rotate()
      await tend()
      return rotation
    },
    async revoke(keyId, reason) {
      const result = await steps.revoke(keyId, reason)
      if (!result.ok) return result
      const key = current.read().keys.find((candidate) => candidate.keyId === keyId)
      const keyThumbprint = key === undefined ? keyId : await thumbprintOf(key.publicJwk, verifier)
      events({ type: 'attestation_key_revoked', issuer, keyThumbprint, reason })
      await tend()
      return result
    },
    publish: async () => ({ jwks: jwks(), bundle: await bundle() }),
    draftBundle: () => publications.draft(),
    importBundle: (text) => publications.take(text),
    securityEvent: (keyId, audience) => signSecurityEvent({ issuer, current, root, verifier, clock }, keyId, audience),
    async close() {
      state.close()
    },
  }
}

function checkRoot({ root, rootKey }: AttestationIssuerServerOptions): void {
  if (root === undefined || rootKey === undefined) return
  if (JSON.stringify(rootKey) !== JSON.stringify(root.publicJwk)) {
    throw new TypeError('`root` and `rootKey` are two keys: give the signer of the root, or its public half.')
  }
}
