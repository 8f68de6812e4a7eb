/** Where a tool asks for it, a proof that covers no body is not enough. */
import { refuse } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** Refuses `content_digest_required`. */
export const requiredDigest: Check = (call) => {
  const required = established(call.requirements).some(({ contentDigest }) => contentDigest === 'required')
  return required && call.proof?.contentDigest === undefined ? refuse('content_digest_required') : undefined
}
