/** Vectors of JWT-SVIDs, with the SPIFFE bundle that their keys are in. */
import { now } from './attestations.ts'
import { keys, type Members, type SignVector } from './keys.ts'

/** The authorization server. */
const audience = 'https://auth.example'
const header = { typ: 'JWT', alg: 'ES256', kid: 's1' }
const good: Members = { sub: 'spiffe://example.org/agent/7', aud: audience, exp: now + 300, iat: now }

type Change = readonly [title: string, outcome: string, claims: Members, header?: Members]

const id = 'spiffe://example.org/agent/7'
const accepted: readonly Change[] = [
  ['one audience, as a text', id, {}],
  ['one audience, as a list', id, { aud: [audience] }],
  ['typ JOSE', id, {}, { typ: 'JOSE' }],
  ['no typ', id, {}, { typ: undefined }],
  ['an Ed25519 signature', id, {}, { alg: 'Ed25519', kid: 's2' }],
  ['over for less than 30 seconds', id, { exp: now - 29, iat: now - 300 }],
]

const refused: readonly Change[] = [
  ['of another typ', 'typ', {}, { typ: 'at+jwt' }],
  ['alg none', 'alg', {}, { alg: 'none' }],
  ['alg HS256', 'alg', {}, { alg: 'HS256' }],
  ['with its own key', 'embedded_key', {}, { jwk: keys.svid.jwk }],
  ['under the id of a key for X.509', 'unknown_key', {}, { kid: 'x1' }],
  ['for another audience', 'aud', { aud: 'https://other.example' }],
  ['for two audiences', 'aud', { aud: [audience, 'https://other.example'] }],
  ['for none', 'aud', { aud: undefined }],
  ['of another trust domain', 'trust_domain', { sub: 'spiffe://other.example/agent/7' }],
  ['of the trust domain itself', 'sub', { sub: 'spiffe://example.org' }],
  ['of no SPIFFE ID', 'sub', { sub: 'assistant' }],
  ['of a SPIFFE ID with a dot segment', 'sub', { sub: 'spiffe://example.org/agent/../admin' }],
  ['of a SPIFFE ID in capitals', 'sub', { sub: 'SPIFFE://EXAMPLE.ORG/agent/7' }],
  ['without an end', 'exp', { exp: undefined }],
  ['over', 'expired', { exp: now - 30, iat: now - 300 }],
  ['of 31 seconds ahead', 'not_yet', { iat: now + 31 }],
]

/** Makes the content of `jwt-svids.json`. */
export function makeJwtSvids(sign: SignVector) {
  const write = ([title, outcome, claims, changes = {}]: Change) => {
    const key = changes.alg === 'Ed25519' ? keys.svidEd25519 : keys.svid
    return { title, outcome, svid: sign(key, { ...header, ...changes }, { ...good, ...claims }) }
  }
  return {
    source:
      'Made by making/jwt-svids.ts with node:crypto: the JWT-SVID and the Trust Domain and Bundle standards of SPIFFE.',
    note: '`bundle` is what the bundle endpoint of the trust domain answers. `outcome` is the SPIFFE ID of what is accepted, and otherwise the reason.',
    now,
    trustDomain: 'example.org',
    audience,
    bundle: {
      spiffe_sequence: 3,
      spiffe_refresh_hint: 300,
      keys: [
        { ...keys.svid.jwk, kid: 's1', use: 'jwt-svid' },
        { ...keys.svidEd25519.jwk, kid: 's2', use: 'jwt-svid' },
        { ...keys.issuerEs256.jwk, kid: 'x1', use: 'x509-svid' },
      ],
    },
    accepted: accepted.map(write),
    refused: [
      ...refused.map(write),
      { title: 'signed by a stranger', outcome: 'signature', svid: sign(keys.thief, header, good) },
    ],
  }
}
