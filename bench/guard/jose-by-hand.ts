/** The same check as people write it with jose: what the guard is compared with. */
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  EmbeddedJWK,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import { digest, issuer, resource } from './fixture.ts'

interface Confirmed extends JWTPayload {
  readonly cnf?: { readonly jkt?: string }
  readonly scope?: string
}

/** Judges one call; throws when it is refused. Keeps proof ids, as a check that is to be compared has to. */
export function createCheckByHand(keys: JSONWebKeySet) {
  const findKey = createLocalJWKSet(keys)
  const seen = new Map<string, number>()

  return async (token: string, proof: string, content: Buffer): Promise<unknown> => {
    const access = await jwtVerify<Confirmed>(token, findKey, { issuer, audience: resource, typ: 'at+jwt' })
    const shown = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
    const { payload, protectedHeader } = shown
    const jkt = await calculateJwkThumbprint(protectedHeader.jwk ?? { kty: 'EC' })
    if (jkt !== access.payload.cnf?.jkt) throw new Error('another key')
    if (payload.htm !== 'POST' || payload.htu !== resource) throw new Error('another request')
    if (payload.ath !== digest(token)) throw new Error('another token')
    if (payload.content_digest !== digest(content)) throw new Error('another body')
    if (Math.abs(Date.now() / 1000 - (payload.iat ?? 0)) > 60) throw new Error('too old')
    const id = digest(`${access.payload.iss}:${jkt}:${payload.jti}`)
    if (seen.has(id)) throw new Error('replayed')
    seen.set(id, Date.now() + 120_000)
    const message = JSON.parse(content.toString()) as { params: { name: string } }
    if (message.params.name !== 'read_notes' || !access.payload.scope?.split(' ').includes('notes:read')) {
      throw new Error('insufficient scope')
    }
    return message
  }
}
