/** Form tokens: a form is accepted only by the interaction, in the session and for the content that it was shown for. */
import { createHmac } from 'node:crypto'
import { constantTimeEquals } from '@countersign/core'
import type { Interaction } from 'oidc-provider'

/** Makes and checks form tokens with one secret of 32 bytes. */
export interface FormTokens {
  /** The token of a page: `content` is whatever it showed that its answer depends on. */
  make(interaction: Interaction, page: string, content: unknown): string
  check(token: string | undefined, interaction: Interaction, page: string, content: unknown): boolean
}

/** Creates them. */
export function createFormTokens(secret: Buffer): FormTokens {
  const make = ({ uid, session }: Interaction, page: string, content: unknown) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([uid, session?.uid ?? null, page, content]))
      .digest('base64url')
  return {
    make,
    check: (token, interaction, page, content) =>
      token !== undefined && constantTimeEquals(token, make(interaction, page, content)),
  }
}
