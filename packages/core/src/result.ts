/** Decisions as values: a verifier yields what it verified, or the rejection that says why not. */
import type { Rejection } from './rejection.ts'

/** Exceptions are left for misconfiguration and broken infrastructure. */
export type Result<T> = Ok<T> | Refused

/** What was verified. */
export interface Ok<T> {
  readonly ok: true
  readonly value: T
}

/** Why nothing was. */
export interface Refused {
  readonly ok: false
  readonly rejection: Rejection
}

/** Wraps a verified value. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value }
}
