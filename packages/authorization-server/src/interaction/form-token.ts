/** Form tokens: a form is accepted only by the interaction, and for the content, that it was shown for. */
import { createHmac } from 'node:crypto'
import { constantTimeEquals } from '@countersign/core'

/** Makes and checks form tokens with one secret of 32 bytes. */
export interface FormTokens {
  /** The token of a page: `content` is whatever it showed that its answer depends on. */
  make(uid: string, page: string, content: unknown): string
  check(token: string | undefined, uid: string, page: string, content: unknown): boolean
}

/** Creates them. */
export function createFormTokens(secret: Buffer): FormTokens {
  const make = (uid: string, page: string, content: unknown) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([uid, page, content]))
      .digest('base64url')
  return {
    make,
    check: (token, uid, page, content) => token !== undefined && constantTimeEquals(token, make(uid, page, content)),
  }
}
