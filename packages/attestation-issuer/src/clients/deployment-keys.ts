/** The keys that deployments prove themselves with, checked and imported once. */
import { type PublicJwk, parsePublicJwk, type Verifier, type VerifyKey } from '@countersign/core'
import type { Deployment } from '../options.ts'

/** One key of a deployment. */
export interface DeploymentKey {
  /** The `kid` that it was registered with. */
  readonly keyId: string | undefined
  /** The names under which its signatures may come. */
  readonly algorithms: readonly string[]
  readonly key: VerifyKey
}

/** More than a deployment needs to change its keys; each may cost one signature to verify. */
const MOST_KEYS = 8

/** Takes the deployments; throws a `TypeError` that names the one which cannot be, and the cure. */
export async function importDeploymentKeys(
  deployments: readonly Deployment[],
  verifier: Verifier,
): Promise<ReadonlyMap<string, readonly DeploymentKey[]>> {
  const all = new Map<string, readonly DeploymentKey[]>()
  for (const { clientId, jwks } of deployments) {
    const name = `The deployment ${JSON.stringify(clientId)}`
    if (all.has(clientId)) throw new TypeError(`${name} is registered twice: drop one of both.`)
    if (jwks.keys.length === 0 || jwks.keys.length > MOST_KEYS) {
      throw new TypeError(`${name} needs 1 to ${MOST_KEYS} keys in \`jwks\` to prove itself with.`)
    }
    all.set(clientId, await Promise.all(jwks.keys.map((jwk) => importKey(name, jwk, verifier))))
  }
  return all
}

async function importKey(name: string, jwk: object, verifier: Verifier): Promise<DeploymentKey> {
  const parsed = parsePublicJwk(jwk)
  const algorithms = parsed.ok ? algorithmsOf(parsed.value) : []
  const [algorithm] = algorithms
  const key = parsed.ok && algorithm !== undefined ? await verifier.importKey(parsed.value, algorithm) : undefined
  if (key?.ok !== true) throw new TypeError(`${name} has a key that is not a public P-256 or Ed25519 JWK.`)
  return { keyId: 'kid' in jwk && typeof jwk.kid === 'string' ? jwk.kid : undefined, algorithms, key: key.value }
}

function algorithmsOf(jwk: PublicJwk): readonly ('ES256' | 'Ed25519' | 'EdDSA')[] {
  switch (jwk.kty) {
    case 'EC':
      return ['ES256']
    case 'OKP':
      return ['Ed25519', 'EdDSA']
    case 'RSA':
      return []
  }
}
