/** From what the operator wrote about an issuer to the keys that its tokens are verified with. */
import type { Clock, Events, KeyRing, Verifier } from '@countersign/core'
import { refuse } from '@countersign/core'
import { ConfigurationError } from '../configuration-error.ts'
import { isSecureUrl } from '../policy/secure-url.ts'
import { FetchFailed, fetchJsonObject } from './bounded-fetch.ts'
import { type IssuerMetadata, readEndpoint } from './issuer-metadata.ts'
import type { IssuerTrust } from './issuer-trust.ts'
import { createKeySet, type KeySet } from './key-set.ts'
import { createRemoteKeyRing } from './remote-key-ring.ts'

/** Seconds for which the issuer's word on where its keys are is taken. */
const metadataAge = 60

/** What looking up keys needs. */
export interface IssuerKeysContext {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly events: Events | undefined
  readonly fetch: typeof fetch
  readonly metadata: IssuerMetadata
}

/** Keys given in the configuration are used as they are; others come from `jwksUri` or the issuer's own metadata. */
export function createIssuerKeys(trust: IssuerTrust, context: IssuerKeysContext): KeyRing {
  if (trust.jwks !== undefined)
    return createStaticKeyRing(readStaticKeys(trust.issuer, trust.jwks.keys, context.verifier))
  if (trust.jwksUri !== undefined && !isSecureUrl(trust.jwksUri)) {
    throw new ConfigurationError(`jwksUri of ${trust.issuer} must be an https URL (http only on loopback)`)
  }
  const { clock, events } = context
  return createRemoteKeyRing({ issuer: trust.issuer, load: () => loadKeySet(trust, context), clock, events })
}

function readStaticKeys(issuer: string, keys: readonly unknown[], verifier: Verifier): KeySet {
  const set = createKeySet(keys, verifier)
  if (!set.isEmpty) return set
  throw new ConfigurationError(
    `jwks of ${issuer} has no usable key: give public signing keys, P-256, Ed25519, or RSA of 2048 bits and more`,
  )
}

function createStaticKeyRing(keys: KeySet): KeyRing {
  return {
    async find(kid, algorithm) {
      return (await keys.find(kid, algorithm)) ?? refuse('invalid_token', 'unknown_key')
    },
  }
}

async function loadKeySet(trust: IssuerTrust, { fetch, verifier, metadata }: IssuerKeysContext): Promise<KeySet> {
  const jwksUri = trust.jwksUri ?? readEndpoint(await metadata.load(metadataAge), 'jwks_uri')
  if (jwksUri === undefined) throw new FetchFailed('jwks_uri')
  const { keys } = await fetchJsonObject(jwksUri, fetch)
  if (!Array.isArray(keys)) throw new FetchFailed('jwks')
  return createKeySet(keys, verifier)
}
