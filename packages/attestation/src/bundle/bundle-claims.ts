/** What a signed key bundle says: the keys of one issuer now, and those that it takes back (`typ: jwk-set+jwt`). */
import { isJsonObject, type JsonObject, type JsonValue, type PublicJwk, parsePublicJwk } from '@countersign/core'
import { algorithmOf } from '../jws/attestation-algorithms.ts'

/** Why a key is trusted no more: the words of RFC 5280 §5.3.1 that fit a signing key. */
export const revocationReasons = ['key_compromise', 'cessation_of_operation', 'superseded', 'unspecified'] as const

/** One of them. */
export type RevocationReason = (typeof revocationReasons)[number]

/** A key that may be used until its time is over. */
export interface BundleKey {
  readonly keyId: string
  readonly jwk: PublicJwk
  /** NumericDate. */
  readonly expires: number
}

/** A key that may never be used again, under whatever name. */
export interface RevokedKey {
  readonly keyId: string
  /** RFC 7638 thumbprint. */
  readonly thumbprint: string
  readonly reason: RevocationReason
  /** NumericDate. */
  readonly revokedAt: number
}

/** The content of a bundle. */
export interface KeyBundle {
  readonly issuer: string
  /** A whole number, higher with each bundle that differs from the one before. */
  readonly sequence: number
  /** NumericDate. */
  readonly issuedAt: number
  /** NumericDate; a bundle past it says nothing any more. */
  readonly expires: number
  readonly keys: readonly BundleKey[]
  readonly revoked: readonly RevokedKey[]
}

const MOST_KEYS = 256
const MOST_REVOKED = 4096
const KEY_ID = /^[\x21-\x7e]{1,256}$/
const THUMBPRINT = /^[\w-]{43}$/

/** The payload of a bundle, as it is signed. */
export function writeBundle({ issuer, sequence, issuedAt, expires, keys, revoked }: KeyBundle): JsonObject {
  return {
    iss: issuer,
    seq: sequence,
    iat: issuedAt,
    exp: expires,
    keys: keys.map(({ keyId, jwk, expires: exp }) => ({ ...jwk, kid: keyId, alg: algorithmOf(jwk) ?? '', exp })),
    revoked: revoked.map(({ keyId, thumbprint, reason, revokedAt }) => ({
      kid: keyId,
      jkt: thumbprint,
      reason,
      revoked_at: revokedAt,
    })),
  }
}

/** Reads a payload; the constant word for what is wrong otherwise. One bad key spoils the bundle: nobody knows what was meant. */
export function readBundle(
  payload: JsonObject,
): { readonly ok: true; readonly value: KeyBundle } | { readonly ok: false; readonly reason: string } {
  const { iss, seq, iat, exp, keys, revoked } = payload
  if (typeof iss !== 'string') return { ok: false, reason: 'iss' }
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return { ok: false, reason: 'seq' }
  if (typeof iat !== 'number') return { ok: false, reason: 'iat' }
  if (typeof exp !== 'number' || exp <= iat) return { ok: false, reason: 'exp' }
  const readKeys = readAll(keys, MOST_KEYS, readKey)
  if (readKeys === undefined) return { ok: false, reason: 'keys' }
  const readRevoked = readAll(revoked, MOST_REVOKED, readRevokedKey)
  if (readRevoked === undefined) return { ok: false, reason: 'revoked' }
  const ids = [...readKeys, ...readRevoked].map(({ keyId }) => keyId)
  if (new Set(ids).size < ids.length) return { ok: false, reason: 'duplicate_kid' }
  return {
    ok: true,
    value: { issuer: iss, sequence: seq, issuedAt: iat, expires: exp, keys: readKeys, revoked: readRevoked },
  }
}

function readAll<T>(
  value: JsonValue | undefined,
  most: number,
  read: (member: JsonValue) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined
  const all = value.map(read)
  return all.every((item) => item !== undefined) ? all : undefined
}

function readKey(value: JsonValue): BundleKey | undefined {
  const jwk = parsePublicJwk(value)
  if (!jwk.ok || !isJsonObject(value)) return undefined
  const { kid, alg, exp } = value
  if (!isKeyId(kid) || typeof exp !== 'number') return undefined
  if (alg !== algorithmOf(jwk.value)) return undefined
  return { keyId: kid, jwk: jwk.value, expires: exp }
}

function readRevokedKey(value: JsonValue): RevokedKey | undefined {
  if (!isJsonObject(value)) return undefined
  const { kid, jkt, reason: said, revoked_at: revokedAt } = value
  const reason = revocationReasons.find((known) => known === said)
  if (!isKeyId(kid) || typeof jkt !== 'string' || !THUMBPRINT.test(jkt)) return undefined
  if (reason === undefined || typeof revokedAt !== 'number') return undefined
  return { keyId: kid, thumbprint: jkt, reason, revokedAt }
}

function isKeyId(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && KEY_ID.test(value)
}
