/** Vectors of signed key bundles, and of the security events that do the same for one key, at once. */
import { audience, issuer, now } from './attestations.ts'
import { keys, type Members, type SignVector } from './keys.ts'

const header = { typ: 'jwk-set+jwt', alg: 'Ed25519', kid: 'root' }
const current = { ...keys.issuer.jwk, kid: 'k1', alg: 'Ed25519', exp: now + 7_776_000 }
const next = { ...keys.next.jwk, kid: 'k2', alg: 'Ed25519', exp: now + 7_776_000 }
const takenBack = { kid: 'k2', jkt: keys.next.thumbprint, reason: 'key_compromise', revoked_at: now }
const good: Members = { iss: issuer, seq: 7, iat: now, exp: now + 604_800, keys: [current], revoked: [] }

type Change = readonly [title: string, outcome: string, claims: Members, header?: Members, seen?: Members]

/** What was seen before, where a vector says so. */
const seen = (sequence: number, revoked: readonly string[] = []) => ({
  mark: { sequence, digest: 'A'.repeat(43), revoked },
})

const accepted: readonly Change[] = [
  ['the first that is seen', 'k1', {}],
  ['a later one', 'k1', {}, {}, seen(6)],
  ['two keys', 'k1 k2', { keys: [current, next] }],
  ['an ES256 key', 'k3', { keys: [{ ...keys.issuerEs256.jwk, kid: 'k3', alg: 'ES256', exp: now + 1 }] }],
  ['a key taken back', 'k1', { revoked: [takenBack] }],
  ['no key at all any more', '', { keys: [], revoked: [takenBack] }],
  ['made 30 seconds ahead', 'k1', { iat: now + 30 }],
]

const refused: readonly Change[] = [
  ['of another typ', 'bundle_invalid typ', {}, { typ: 'JWT' }],
  ['with its own key', 'bundle_invalid embedded_key', {}, { jwk: keys.root.jwk }],
  ['alg of another key', 'bundle_invalid alg', {}, { alg: 'ES256' }],
  ['of another issuer', 'bundle_invalid iss', { iss: 'https://other.example' }],
  ['an older one', 'bundle_rollback seq', {}, {}, seen(8)],
  ['another one of the same number', 'bundle_rollback fork', {}, {}, seen(7)],
  ['over', 'bundle_expired', { iat: now - 20, exp: now }],
  ['made 31 seconds ahead', 'bundle_invalid not_yet', { iat: now + 31 }],
  ['no number', 'bundle_invalid seq', { seq: undefined }],
  ['number 0', 'bundle_invalid seq', { seq: 0 }],
  ['half a number', 'bundle_invalid seq', { seq: 7.5 }],
  ['no end', 'bundle_invalid exp', { exp: undefined }],
  ['a key without an end', 'bundle_invalid keys', { keys: [{ ...current, exp: undefined }] }],
  ['a key without a kid', 'bundle_invalid keys', { keys: [{ ...current, kid: undefined }] }],
  ['a key with another alg', 'bundle_invalid keys', { keys: [{ ...current, alg: 'ES256' }] }],
  ['a private key', 'bundle_invalid keys', { keys: [{ ...current, d: 'AAAA' }] }],
  ['two keys of one kid', 'bundle_invalid duplicate_kid', { keys: [current, { ...next, kid: 'k1' }] }],
  ['no list of what was taken back', 'bundle_invalid revoked', { revoked: undefined }],
  [
    'a key taken back for a reason that there is not',
    'bundle_invalid revoked',
    { revoked: [{ ...takenBack, reason: 'whim' }] },
  ],
  [
    'a key that it takes back itself, under another kid',
    'bundle_invalid revoked_key',
    { keys: [current, { ...next, kid: 'k9' }], revoked: [takenBack] },
  ],
  [
    'a key that was taken back before',
    'bundle_invalid revoked_key',
    { keys: [current, next] },
    {},
    seen(6, [keys.next.thumbprint]),
  ],
  [
    'the root as a key',
    'bundle_invalid root_key',
    { keys: [{ ...keys.root.jwk, kid: 'k1', alg: 'Ed25519', exp: now + 1 }] },
  ],
]

/** Makes the content of `key-bundles.json`. */
export function makeKeyBundles(sign: SignVector) {
  const write = ([title, outcome, claims, changes = {}, before]: Change) => ({
    title,
    ...before,
    outcome,
    bundle: sign(keys.root, { ...header, ...changes }, { ...good, ...claims }),
  })
  return {
    source: 'Made by making/bundles.ts with node:crypto: what docs/attestation.md says of signed key bundles.',
    note: '`mark` is what is remembered of earlier bundles; without it there was none. `outcome` is the list of the keys’ ids, or code and reason of a refusal.',
    now,
    issuer,
    root: keys.root.jwk,
    accepted: accepted.map(write),
    refused: [
      ...refused.map(write),
      { title: 'signed by a stranger', outcome: 'bundle_invalid signature', bundle: sign(keys.stranger, header, good) },
      {
        title: 'signed by a key that it lists',
        outcome: 'bundle_invalid signature',
        bundle: sign(keys.issuer, header, good),
      },
    ],
  }
}

const eventHeader = { typ: 'secevent+jwt', alg: 'Ed25519', kid: 'k1' }
const compromise = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'
const uriOf = (thumbprint: string) => ({
  format: 'uri',
  uri: `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${thumbprint}`,
})
const goodEvent: Members = {
  iss: issuer,
  aud: audience,
  jti: 'AAECAwQFBgcICQoLDA0ODw',
  iat: now,
  sub_id: uriOf(keys.issuer.thumbprint),
  events: { [compromise]: { credential_type: 'jwk' } },
}

const refusedEvents: readonly Change[] = [
  ['of another typ', 'invalid_request typ', {}, { typ: 'JWT' }],
  ['with its own key', 'invalid_request embedded_key', {}, { jwk: keys.issuer.jwk }],
  ['alg none', 'invalid_request alg', {}, { alg: 'none' }],
  ['for another server', 'invalid_audience aud', { aud: 'https://other.example/mcp' }],
  ['for a list of servers', 'invalid_request aud', { aud: [audience] }],
  ['of a stranger', 'invalid_issuer issuer', { iss: 'https://elsewhere.test' }],
  ['no id', 'invalid_request jti', { jti: undefined }],
  ['no time', 'invalid_request iat', { iat: undefined }],
  ['of more than 300 seconds ahead', 'invalid_request iat', { iat: now + 301 }],
  [
    'another event',
    'invalid_request events',
    { events: { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} } },
  ],
  ['no subject', 'invalid_request sub_id', { sub_id: undefined }],
  [
    'a subject that is no thumbprint',
    'invalid_request sub_id',
    { sub_id: { format: 'uri', uri: 'https://attest.example/k1' } },
  ],
  [
    'of another key than the one that signed',
    'authentication_failed other_key',
    { sub_id: uriOf(keys.next.thumbprint) },
  ],
  ['of a key that nobody has', 'invalid_key unknown_key', {}, { kid: 'k9' }],
]

/** Makes the content of `security-events.json`. */
export function makeSecurityEvents(sign: SignVector) {
  const root = { ...eventHeader, kid: 'root' }
  const write = ([title, outcome, claims, changes = {}]: Change) => ({
    title,
    outcome,
    event: sign(keys.issuer, { ...eventHeader, ...changes }, { ...goodEvent, ...claims }),
  })
  const byRoot = { ...goodEvent, sub_id: uriOf(keys.next.thumbprint) }
  return {
    source: 'Made by making/bundles.ts with node:crypto: what docs/attestation.md says of security events.',
    note: '`bundle` holds the keys of the issuer, signed by `root`, which is pinned. `outcome` is the thumbprint of the key that is trusted no more, or code (RFC 8935) and reason.',
    now,
    issuer,
    audience,
    root: keys.root.jwk,
    bundle: sign(keys.root, header, { ...good, keys: [current, next] }),
    accepted: [
      write(['of the key that signs it', keys.issuer.thumbprint, {}]),
      write(['of long ago', keys.issuer.thumbprint, { iat: now - 31_536_000 }]),
      { title: 'of any key, signed by the root', outcome: keys.next.thumbprint, event: sign(keys.root, root, byRoot) },
    ],
    refused: [
      ...refusedEvents.map(write),
      {
        title: 'signed by a stranger',
        outcome: 'authentication_failed signature',
        event: sign(keys.stranger, eventHeader, goodEvent),
      },
    ],
  }
}
