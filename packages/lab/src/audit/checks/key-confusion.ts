/** Whether a token is taken whose HMAC was made with the issuer's public key: the algorithm swapped (RFC 8725 §2.1). */
import { createHmac, createPublicKey } from 'node:crypto'
import { isJsonObject, type JsonObject } from '@countersign/core'
import { type AuditContext, type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { readObject, readText } from '../target/json-document.ts'
import { isServed } from '../target/speech.ts'
import { encodeSegment, readToken, type TokenParts } from '../target/token-claims.ts'
import { specifications } from './specifications.ts'

/** Of each issuer; a key set seldom has more in use. */
const MAX_KEYS = 3

const confused: Weakness = {
  id: 'public_key_as_secret',
  severity: 'high',
  title: 'Tokens are taken whose HMAC was made with a public key',
  spec: {
    sentence:
      'Libraries MUST enable the caller to specify a supported set of algorithms and MUST NOT use any other algorithms when performing cryptographic operations.',
    link: specifications.rfc8725('3.1'),
  },
  fix: 'List the algorithms of each issuer, and never HS256 beside a public key.',
}

/** The check. */
export const keyConfusion: Check = {
  name: 'key_confusion',
  title: 'Is a token refused whose algorithm was swapped?',
  weaknesses: [confused],
  async run(context) {
    const { holder, stranger } = context.target
    const own = holder?.caller.holder
    if (holder?.served !== true || own === undefined) return skip(NO_SERVED_CALL)
    if (stranger.served) return skip('the server serves strangers')
    const parts = readToken(own.token)
    if (parts === undefined) return skip('the token is opaque')
    const keys = await fetchKeys(context)
    if (keys.length === 0) return skip('the keys of its issuer were not to be had: name its host with --allow-host')
    const scheme = own.key === undefined ? 'Bearer' : 'DPoP'
    for (const token of keys.flatMap((key) => forge(parts, key))) {
      context.probe.conceal('token', token)
      const answer = await holder.caller.call({
        method: 'tools/list',
        variation: { authorization: [`${scheme} ${token}`] },
      })
      if (isServed(answer))
        return [sight(context, confused, 'A token with HS256 under the public key was taken.', answer)]
    }
    return []
  },
}

async function fetchKeys({ probe, target }: AuditContext): Promise<readonly JsonObject[]> {
  const keys: JsonObject[] = []
  for (const { metadata } of target.authorizationServers) {
    const url = readText(metadata?.document, 'jwks_uri')
    const answer = url === undefined ? undefined : await probe.send({ url })
    const listed = readObject(answer?.body ?? '')?.keys
    keys.push(...(Array.isArray(listed) ? listed.filter(isJsonObject).slice(0, MAX_KEYS) : []))
  }
  return keys
}

/** With the key as PEM, the form that most libraries are given, and as its JWK was published. */
function forge({ header, segments: [, payload] }: TokenParts, key: JsonObject): readonly string[] {
  const kid = typeof key.kid === 'string' ? { kid: key.kid } : {}
  const input = `${encodeSegment({ ...header, ...kid, alg: 'HS256' })}.${payload}`
  return writeSecrets(key).map((secret) => `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`)
}

function writeSecrets(jwk: JsonObject): readonly string[] {
  try {
    const pem = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    return [String(pem), String(pem).trimEnd(), JSON.stringify(jwk)]
  } catch {
    // Whatever the server published for a key.
    return []
  }
}
