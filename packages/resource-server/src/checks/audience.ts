/** The token was issued for this server and no other (RFC 8707 §2, RFC 9068 §4): the confused deputy stops here. */
import { refuse } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** Compares character by character with the configured resource. */
export const audience: Check = (call, { resource }) =>
  established(call.token).audience.includes(resource) ? undefined : refuse('invalid_token', 'audience')
