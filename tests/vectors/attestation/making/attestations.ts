/** Vectors of attestations in their header: good ones, and one for each way to be refused. */
import { keys, type Members, type SignVector } from './keys.ts'

/** The clock of every judgement, unless a vector has its own. */
export const now = 1_800_000_000
/** The server. */
export const audience = 'https://notes.example/mcp'
/** The issuer. */
export const issuer = 'https://attest.example'
/** The client that the caller otherwise is. */
export const clientId = 'assistant'

const header = { typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', kid: 'k1' }
const identity = { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' }
const metadata = {
  attestation_version: '1.0',
  attestation_type: 'provider',
  safety_level: 'standard',
  capabilities_declared: ['tools'],
}

/** What a good one says. */
const goodClaims: Members = {
  iss: issuer,
  sub: clientId,
  iat: now,
  nbf: now,
  exp: now + 300,
  jti: 'AAECAwQFBgcICQoLDA0ODw',
  cnf: { jwk: keys.instance.jwk },
  agent_identity: identity,
  agent_integrity: { config_hash: 'sha256:00', system_prompt_hash: 'sha256:01' },
  attestation_metadata: metadata,
  assurance: 'measured',
}

/** The trust list, as a trust file holds it. */
const trust = {
  issuers: [
    {
      issuer,
      level: 'provider',
      providers: ['example'],
      trust_domain: 'example.org',
      keys: [
        { ...keys.issuer.jwk, kid: 'k1' },
        { ...keys.issuerEs256.jwk, kid: 'k2' },
      ],
    },
    {
      issuer: 'https://narrow.example',
      level: 'enterprise',
      providers: ['narrow'],
      algorithms: ['ES256'],
      keys: [
        { ...keys.issuerEs256.jwk, kid: 'k2' },
        { ...keys.issuer.jwk, kid: 'k1' },
      ],
    },
    {
      issuer: 'https://unbound.example',
      level: 'enterprise',
      providers: ['example'],
      accept_unbound: true,
      keys: [{ ...keys.issuer.jwk, kid: 'k1' }],
    },
    {
      issuer: 'https://older.example',
      level: 'provider',
      providers: ['example'],
      trust_domain: 'older.example',
      legacy: true,
      keys: [{ ...keys.next.jwk, kid: 'k1' }],
    },
  ],
}

type Change = readonly [title: string, outcome: string, claims: Members | string, header?: Members, shown?: Members]

const es256 = { alg: 'ES256', kid: 'k2' }
const spiffe = 'spiffe://example.org/agent/7'

const accepted: readonly Change[] = [
  ['all claims', 'key', {}],
  ['nothing that may be left out', 'key', { agent_integrity: undefined, assurance: undefined }],
  ['an ES256 signature', 'key', {}, es256],
  ['alg under its older name', 'key', {}, { alg: 'EdDSA' }],
  ['typ as a whole media type, in another case', 'key', {}, { typ: 'application/OAuth-Client-Attestation+JWT' }],
  ['for this server by name', 'key', { aud: audience }],
  [
    'an instance with an Ed25519 key',
    'key',
    { cnf: { jwk: keys.instanceEd25519.jwk } },
    {},
    { proofThumbprint: keys.instanceEd25519.thumbprint },
  ],
  ['a SPIFFE ID of the issuer’s trust domain as client', 'key', { sub: spiffe }, {}, { clientId: spiffe }],
  ['claims that nobody knows', 'key', { extra: { a: 1 } }],
  ['of 30 seconds ahead, to the second', 'key', { iat: now + 30, nbf: now + 30 }],
  ['over for a moment less than 30 seconds', 'key', {}, {}, { now: now + 329.9 }],
  ['600 seconds of life', 'key', { exp: now + 600 }],
  ['no key, from an issuer that may', 'single_use', { iss: 'https://unbound.example', aud: audience, cnf: undefined }],
  [
    'an issuer that signs with ES256 alone',
    'key',
    { iss: 'https://narrow.example', agent_identity: { ...identity, provider: 'narrow' } },
    es256,
  ],
]

const refused: readonly Change[] = [
  ['a proof’s typ', 'attestation_invalid typ', {}, { typ: 'dpop+jwt' }],
  ['no typ', 'attestation_invalid typ', {}, { typ: undefined }],
  ['alg none', 'attestation_invalid alg', {}, { alg: 'none' }],
  ['alg HS256', 'attestation_invalid alg', {}, { alg: 'HS256' }],
  ['alg of another key', 'attestation_invalid key_algorithm', {}, { alg: 'ES256' }],
  [
    'an algorithm that this issuer may not use',
    'attestation_invalid alg',
    { iss: 'https://narrow.example', agent_identity: { ...identity, provider: 'narrow' } },
  ],
  ['a key in the header', 'attestation_invalid embedded_key', {}, { jwk: keys.issuer.jwk }],
  ['a URL of keys in the header', 'attestation_invalid embedded_key', {}, { jku: 'https://attest.example/jwks.json' }],
  ['crit', 'attestation_invalid crit', {}, { crit: ['exp'] }],
  ['a kid that nobody has', 'attestation_invalid unknown_key', {}, { kid: 'k9' }],
  ['a kid that is no text', 'attestation_invalid kid', {}, { kid: 7 }],
  ['a stranger', 'attestation_issuer_untrusted issuer', { iss: 'https://elsewhere.test' }],
  ['a look-alike of the issuer', 'attestation_issuer_untrusted look_alike', { iss: 'https://attest.examp1e' }],
  ['the issuer with a slash', 'attestation_issuer_untrusted look_alike', { iss: `${issuer}/` }],
  [
    'an issuer whose attestations come in initialize',
    'attestation_issuer_untrusted carriage',
    { iss: 'https://older.example' },
  ],
  ['another provider', 'attestation_issuer_untrusted provider', { agent_identity: { ...identity, provider: 'other' } }],
  [
    'a SPIFFE ID of another trust domain',
    'attestation_issuer_untrusted trust_domain',
    { sub: 'spiffe://other.example/a' },
    {},
    { clientId: 'spiffe://other.example/a' },
  ],
  ['another client', 'attestation_invalid client_id', { sub: 'somebody' }],
  ['another key’s proof', 'attestation_key_mismatch other_key', {}, {}, { proofThumbprint: keys.thief.thumbprint }],
  ['no proof', 'attestation_key_mismatch no_proof', {}, {}, { proofThumbprint: 'none' }],
  ['no key', 'attestation_invalid cnf', { cnf: undefined }],
  ['a private key in cnf', 'attestation_invalid cnf', { cnf: { jwk: { ...keys.instance.jwk, d: 'AAAA' } } }],
  ['a thumbprint in cnf', 'attestation_invalid cnf', { cnf: { jkt: keys.instance.thumbprint } }],
  ['another server', 'attestation_audience_mismatch audience', { aud: 'https://other.example/mcp' }],
  ['a list of this server alone', 'attestation_audience_mismatch several_audiences', { aud: [audience] }],
  [
    'no server, where it has to be named',
    'attestation_audience_mismatch no_audience',
    {},
    {},
    { requireAudience: true },
  ],
  [
    'no server and no key',
    'attestation_audience_mismatch no_audience',
    { iss: 'https://unbound.example', cnf: undefined },
  ],
  ['over for 30 seconds', 'attestation_expired expired', {}, {}, { now: now + 330 }],
  ['of 31 seconds ahead', 'attestation_expired not_yet', { iat: now + 31, nbf: now + 31 }],
  ['not to be used yet', 'attestation_expired not_yet', { nbf: now + 31 }],
  ['601 seconds of life', 'attestation_invalid lifetime', { exp: now + 601 }],
  ['a year of life', 'attestation_invalid lifetime', { exp: now + 31_536_000 }],
  ['an end before its beginning', 'attestation_invalid lifetime', { exp: now - 1 }],
  [
    'a safety level that there is not',
    'attestation_invalid attestation_metadata',
    { attestation_metadata: { ...metadata, safety_level: 'Enhanced' } },
  ],
  ['no provider', 'attestation_invalid agent_identity', { agent_identity: { ...identity, provider: undefined } }],
  ['a hash that is no text', 'attestation_invalid agent_integrity', { agent_integrity: { config_hash: 1 } }],
  ['an assurance that there is not', 'attestation_invalid assurance', { assurance: 'certain' }],
  ['a time that is a text', 'attestation_invalid exp', { exp: String(now + 300) }],
  ...['iss', 'sub', 'iat', 'nbf', 'exp', 'jti', 'agent_identity', 'attestation_metadata'].map(
    (claim): Change => [`no ${claim}`, `attestation_invalid ${claim}`, { [claim]: undefined }],
  ),
  [
    'a member twice',
    'attestation_invalid json_duplicate_member',
    JSON.stringify(goodClaims).replace('{', '{"sub":"somebody",'),
  ],
  ['a payload that is no object', 'attestation_invalid object', '[]'],
]

/** Makes the content of `attestations.json`. */
export function makeAttestations(sign: SignVector) {
  const good = sign(keys.issuer, header, goodClaims)
  const [head = '', payload = '', signature = ''] = good.split('.')
  const bytes: readonly (readonly [string, string, string])[] = [
    ['a stranger’s signature', 'attestation_invalid signature', sign(keys.stranger, header, goodClaims)],
    ['no signature', 'attestation_invalid signature', `${head}.${payload}.${'A'.repeat(86)}`],
    ['a signature cut off', 'attestation_invalid compact', `${head}.${payload}.`],
    ['padding', 'attestation_invalid base64url', `${good}==`],
    ['stray bits in the last character', 'attestation_invalid base64url', flipLastBit(good)],
    ['four parts', 'attestation_invalid compact', `${good}.${signature}`],
    ['nothing', 'attestation_invalid compact', ''],
  ]
  const write = ([title, outcome, claims, changes = {}, shown]: Change) => {
    const { alg } = { ...header, ...changes }
    const key = alg === 'ES256' && changes.kid === 'k2' ? keys.issuerEs256 : keys.issuer
    const body = typeof claims === 'string' ? claims : { ...goodClaims, ...claims }
    return { title, ...shown, outcome, attestation: sign(key, { ...header, ...changes }, body) }
  }
  return {
    source: 'Made by making/attestations.ts with node:crypto: what docs/attestation.md says of attestations.',
    note: '`now`, `clientId`, `proofThumbprint` and `requireAudience` of a vector go before those of the file. `outcome` is the binding of what is accepted, and code and reason of what is refused. `trust` is a trust file. The private key of each key is the SHA-256 of its name, see making/keys.ts.',
    now,
    audience,
    clientId,
    proofThumbprint: keys.instance.thumbprint,
    trust,
    accepted: accepted.map(write),
    refused: [
      ...refused.map(write),
      ...bytes.map(([title, outcome, attestation]) => ({ title, outcome, attestation })),
    ],
  }
}

/** The 64 octets of a signature leave four bits of its last character over. */
function flipLastBit(text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return text.slice(0, -1) + letters[letters.indexOf(text.slice(-1)) ^ 1]
}
