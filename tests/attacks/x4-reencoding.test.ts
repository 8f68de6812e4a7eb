/** X4, what stands beside the attack: tokens with other bytes, and proofs with a member twice. */
import {
  type AgentKey,
  modernHeaders,
  obtainNonce,
  obtainToken,
  prepareCall,
  send,
  sha256,
  toolCall,
} from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const body = toolCall('read_notes')

/** The last character of a 64-octet signature carries four bits that no octet uses. */
function setStrayBits(jws: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(jws.at(-1) ?? '')
  return jws.slice(0, -1) + alphabet.charAt(last | 1)
}

describe('X4: the same token with other bytes', () => {
  const deployment = useDeployment()
  it.each([
    ['stray bits', setStrayBits],
    ['padding', (token: string) => `${token}==`],
    ['an inner blank', (token: string) => `${token.slice(0, 40)} ${token.slice(40)}`],
    ['another alphabet', (token: string) => token.replaceAll('-', '+').replaceAll('_', '/').concat('+')],
  ])('%s: is stopped with invalid_token', async (_name, rewrite) => {
    const { resource } = deployment().a
    const holder = await obtainToken(deployment())
    const call = await prepareCall({ ...holder, token: rewrite(holder.token) }, resource, body)
    expect(await send(resource, call)).toMatchObject({ status: 401, code: 'invalid_token' })
  })
})

describe('X4: a proof with a member twice', () => {
  const deployment = useDeployment()
  it('is stopped with invalid_dpop_proof', async () => {
    const { resource } = deployment().a
    const { token, key } = await obtainToken(deployment())
    const claims = { htm: 'POST', htu: resource, iat: 1, ath: sha256(token), nonce: await obtainNonce(resource) }
    const payload = JSON.stringify({ ...claims, jti: 'a' }).replace('}', ',"jti":"b"}')
    const dpop = await signRaw(key, payload)
    const headers = { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }
    expect(await send(resource, { headers, body })).toMatchObject({ status: 401, code: 'invalid_dpop_proof' })
  })
})

async function signRaw({ privateKey, publicJwk }: AgentKey, payload: string): Promise<string> {
  const header = JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk })
  const input = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.')
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, privateKey, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}
