/** Continuations as callers keep them: sealed with AES-GCM, so that they can be neither read nor made by anyone else. */
import { decodeBase64url, encodeBase64url } from '@countersign/core'
import { ConfigurationError } from '../configuration-error.ts'
import { type Continuation, isContinuation } from './continuation.ts'

/** Seals and opens. */
export interface ContinuationSeals {
  seal(continuation: Continuation): Promise<string>
  /** Undefined for what was not sealed under this secret for this resource, or was changed since. */
  open(sealed: string): Promise<Continuation | undefined>
}

const prefix = 'countersign.1.'
const ivOctets = 12
const leastSecret = 32

/** True for what claims to be one: it is opened or refused, and never handed to the server. */
export function isSealed(state: string): boolean {
  return state.startsWith(prefix)
}

/**
 * Octets that several processes share, or the text of as many; without one a random key, and then calls go on only
 * where they began. Throws `ConfigurationError` for fewer than 32.
 */
export function createContinuationSeals(secret: string | Uint8Array | undefined, resource: string): ContinuationSeals {
  const octets = readSecret(secret)
  let key: Promise<CryptoKey> | undefined
  const obtainKey = () => (key ??= deriveKey(octets, resource))
  return {
    async seal(continuation) {
      const iv = crypto.getRandomValues(new Uint8Array(ivOctets))
      const text = new TextEncoder().encode(JSON.stringify(continuation))
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await obtainKey(), text))
      const whole = new Uint8Array(iv.length + sealed.length)
      whole.set(iv)
      whole.set(sealed, iv.length)
      return prefix + encodeBase64url(whole)
    },
    async open(sealed) {
      const whole = decodeBase64url(sealed.slice(prefix.length))
      if (!isSealed(sealed) || whole === undefined || whole.length <= ivOctets) return undefined
      const [iv, text] = [whole.slice(0, ivOctets), whole.slice(ivOctets)]
      const opened = await crypto.subtle
        .decrypt({ name: 'AES-GCM', iv }, await obtainKey(), text)
        .catch(() => undefined)
      const value: unknown = opened === undefined ? undefined : JSON.parse(new TextDecoder().decode(opened))
      return isContinuation(value) ? value : undefined
    },
  }
}

function readSecret(secret: string | Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  if (secret === undefined) return crypto.getRandomValues(new Uint8Array(leastSecret))
  const octets = typeof secret === 'string' ? new TextEncoder().encode(secret) : new Uint8Array(secret)
  if (octets.length >= leastSecret) return octets
  throw new ConfigurationError(
    `continuationSecret must be ${leastSecret} octets or more, such as those of \`openssl rand -base64 32\``,
  )
}

/** RFC 5869; one secret serves several resources, and none opens what another has sealed. */
async function deriveKey(secret: Uint8Array<ArrayBuffer>, resource: string): Promise<CryptoKey> {
  const root = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode(`countersign continuation ${resource}`)
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    root,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}
