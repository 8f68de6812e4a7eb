/** What a JWT access token says of itself (RFC 9068); nothing is verified, for the token is our own. */
import { isJsonObject, type JsonObject } from '@countersign/core'
import { readObject } from './json-document.ts'

/** A JWT taken apart. */
export interface TokenParts {
  readonly header: JsonObject
  readonly claims: JsonObject
  /** The three segments as they stand. */
  readonly segments: readonly [string, string, string]
}

/** Undefined for opaque tokens. */
export function readToken(token: string): TokenParts | undefined {
  const [header, payload, signature, ...more] = token.split('.')
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return undefined
  const parts = [header, payload].map((segment) => readObject(Buffer.from(segment, 'base64url').toString()))
  if (parts[0] === undefined || parts[1] === undefined) return undefined
  return { header: parts[0], claims: parts[1], segments: [header, payload, signature] }
}

/** The audiences of a token; empty where it names none. */
export function readAudiences({ claims: { aud } }: TokenParts): readonly string[] {
  if (typeof aud === 'string') return [aud]
  return Array.isArray(aud) ? aud.filter((each) => typeof each === 'string') : []
}

/** Whether it is bound to a key (RFC 9449 §6). */
export function isBound({ claims: { cnf } }: TokenParts): boolean {
  return isJsonObject(cnf) && typeof cnf.jkt === 'string'
}

/** A segment of a JWT. */
export function encodeSegment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
