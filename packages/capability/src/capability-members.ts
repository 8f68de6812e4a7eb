/** Single members of an entry that are read in more than one place. */
import { decodeBase64url, type JsonValue } from '@countersign/core'

/** 128 bits, in the one text that base64url has for them. */
export function isCapabilityId(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && decodeBase64url(value)?.length === 16
}

/** A whole number from 1 up to that. */
export function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
}
