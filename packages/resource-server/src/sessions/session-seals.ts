/** Session ids of the older protocol versions, sealed to the caller that they were given to (MCP 2025-11-25, Session Management). */
import { constantTimeEquals, encodeBase64url } from '@countersign/core'
import type { Caller } from '../decision.ts'

/** Ids as clients see them, and as the handler behind the guard does. */
export interface SessionSeals {
  /** The handler's id, with a seal that only this owner can use. Visible ASCII, as the protocol asks. */
  seal(sessionId: string, owner: Caller): Promise<string>
  /** The handler's id; undefined when the seal is not this owner's, or was never made here. */
  open(sealed: string, owner: Caller): Promise<string | undefined>
}

const separator = '.'
const maxLength = 512

/**
 * Nothing is remembered: the seal is a MAC over the id and its owner, who is (issuer, subject, client, key). Its key is
 * random, so that sessions end with the process, as those of the handler do.
 */
export function createSessionSeals(): SessionSeals {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = crypto.subtle.importKey('raw', crypto.getRandomValues(new Uint8Array(32)), algorithm, false, ['sign'])

  async function mac(sessionId: string, { issuer, subject, clientId, jkt = '' }: Caller): Promise<string> {
    const parts = [sessionId, issuer, subject, clientId, jkt].map((part) => `${part.length}:${part}`)
    const octets = await crypto.subtle.sign(algorithm, await key, new TextEncoder().encode(parts.join('')))
    return encodeBase64url(new Uint8Array(octets))
  }

  return {
    async seal(sessionId, owner) {
      return `${sessionId}${separator}${await mac(sessionId, owner)}`
    },
    async open(sealed, owner) {
      const end = sealed.lastIndexOf(separator)
      if (end < 1 || sealed.length > maxLength) return undefined
      const sessionId = sealed.slice(0, end)
      return constantTimeEquals(sealed.slice(end + 1), await mac(sessionId, owner)) ? sessionId : undefined
    },
  }
}
