/** A17, what stands beside the attack: other ways to say that it was TLS, and plain HTTP in a configuration. */

import { createTrustList } from '@countersign/attestation/trust'
import { createAttestationIssuerServer } from '@countersign/attestation-issuer'
import { createAuthorizationServer } from '@countersign/authorization-server'
import { createFastVerifier } from '@countersign/core/node'
import { createStrangersKey } from '@countersign/lab'
import { notesPolicy } from '@countersign/notes-server'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ProxiedNotes, startProxiedNotes } from '../../packages/lab/src/scene/proxied-notes.ts'

const options: GuardOptions = {
  resource: 'https://notes.example/mcp',
  authorizationServers: ['https://auth.example'],
  ...notesPolicy,
}

describe('A17: a server behind a proxy that ends TLS', () => {
  let [gullible, hardened]: (ProxiedNotes | undefined)[] = []
  beforeAll(async () => {
    gullible = await startProxiedNotes(['0.0.0.0/0'])
    hardened = await startProxiedNotes(['192.0.2.1'])
  })
  afterAll(async () => {
    await gullible?.close()
    await hardened?.close()
  })

  const lie = { 'x-forwarded-proto': 'https' }

  it.each<[string, Record<string, string>]>([
    ['plain HTTP', {}],
    ['plain HTTP, said to have been TLS in every other way', { forwarded: 'proto=https', 'x-forwarded-ssl': 'on' }],
    ['plain HTTP, in the name of the real proxy', { ...lie, 'x-forwarded-for': '192.0.2.1', 'x-real-ip': '192.0.2.1' }],
  ])('that believes its own proxy alone is stopped with insecure_transport: %s', async (_how, headers) => {
    expect(await hardened?.call(headers)).toMatchObject({ status: 400, code: 'insecure_transport' })
  })

  it('is told by its own proxy that it was plain HTTP after all', async () => {
    for (const said of ['http', 'https, http', 'HTTPS ']) {
      const answer = await gullible?.call({ 'x-forwarded-proto': said })
      expect({ said, code: answer?.code }).toEqual({ said, code: 'insecure_transport' })
    }
  })
})

describe('A17: plain HTTP in a configuration', () => {
  const plain = 'http://attest.example'
  const database = '/nonexistent/a.sqlite'

  it.each<[string, () => unknown]>([
    ['a guarded server', () => createGuard({ ...options, resource: 'http://notes.example/mcp' })],
    ['an authorization server that is trusted', () => createGuard({ ...options, authorizationServers: [plain] })],
    [
      'an attestation issuer that is trusted',
      async () => createTrustList(createFastVerifier(), [await trustIn(plain)]),
    ],
    ['an attestation issuer', () => createAttestationIssuerServer({ issuer: plain, database, deployments: [] })],
    ['an authorization server', () => createAuthorizationServer({ issuer: plain, database, resources: [] })],
  ])('is refused at start: %s', async (_what, start) => {
    await expect((async () => start())()).rejects.toThrow(/https/)
  })
})

async function trustIn(issuer: string) {
  const keys = { keys: [{ ...(await createStrangersKey()).publicJwk, kid: 'k1' }] }
  return { issuer, keys, level: 'provider', providers: ['example'] } as const
}
