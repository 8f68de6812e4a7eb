/** All vector files that are made here, by name. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeAgentClaims } from './agent-claims.ts'
import { makeAttestations } from './attestations.ts'
import { makeKeyBundles, makeSecurityEvents } from './bundles.ts'
import { makeInstanceProofs } from './instance-proofs.ts'
import { makeJwtSvids } from './jwt-svids.ts'
import { createSigner, type SignVector } from './keys.ts'

const makers: Readonly<Record<string, (sign: SignVector) => object>> = {
  'attestations.json': makeAttestations,
  'agent-claims.json': makeAgentClaims,
  'instance-proofs.json': makeInstanceProofs,
  'key-bundles.json': makeKeyBundles,
  'security-events.json': makeSecurityEvents,
  'jwt-svids.json': makeJwtSvids,
}

/** Makes each file anew, with the ES256 signatures that it has. */
export function makeVectorFiles(): readonly { readonly path: string; readonly content: object }[] {
  return Object.entries(makers).map(([name, make]) => {
    const path = join(import.meta.dirname, '..', name)
    return { path, content: make(createSigner(readTexts(path))) }
  })
}

/** Every compact JWS of a file that there is. */
function readTexts(path: string): readonly string[] {
  try {
    return [...readFileSync(path, 'utf8').matchAll(/"([\w-]+\.[\w-]+\.[\w-]+)"/g)].map((match) => match[1] ?? '')
  } catch {
    return []
  }
}
