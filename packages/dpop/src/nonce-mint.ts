/** The text of nonces: a step of time and its MAC (RFC 2104), and of an owner's the public tag of its secret. */
import { encodeBase64url } from '@countersign/core'
import type { NoncePlace } from './nonce-ring.ts'
import { ownerTagLength, stepLength } from './owner-nonce.ts'

/** Makes the nonces of one secret. */
export interface Mint {
  /** 8 octets that tell this secret from others, and nothing else about it; empty where nonces do not carry it. */
  readonly tag: Uint8Array
  make(step: number): Promise<string>
}

const macLength = 16
const tagLabel = new TextEncoder().encode('countersign proof owner\0')

/** Takes a secret of 32 octets or more, of which nobody else keeps the array. */
export async function createMint(secret: Uint8Array<ArrayBuffer>, place: NoncePlace): Promise<Mint> {
  const tag = place === 'owner' ? await makeTag(secret) : new Uint8Array()
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return {
    tag,
    async make(step) {
      const said = new Uint8Array(stepLength + tag.length)
      new DataView(said.buffer).setBigInt64(0, BigInt(step))
      said.set(tag, stepLength)
      const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, said)).subarray(0, macLength)
      const nonce = new Uint8Array(said.length + macLength)
      nonce.set(said)
      nonce.set(mac, said.length)
      return encodeBase64url(nonce)
    },
  }
}

async function makeTag(secret: Uint8Array): Promise<Uint8Array> {
  const input = new Uint8Array(tagLabel.length + secret.length)
  input.set(tagLabel)
  input.set(secret, tagLabel.length)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input)).subarray(0, ownerTagLength)
}
