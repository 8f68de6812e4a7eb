import { DatabaseSync } from 'node:sqlite'
import { createLocalSigner, makeSecurityEvent } from '@countersign/attestation/issue'
import { createFastVerifier } from '@countersign/core/node'
import { revocationKey } from '@countersign/core/wire'
import { exportJWK } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ATTESTER, type Attester, attest, IDENTITY, makeAttester, postAttested } from '../../testing/attestation.ts'
import { asClient, asMailServer, inquire, introspectedResources, readFeed } from '../../testing/token-inquiry.ts'
import { fetchNonce } from '../../testing/token-request.ts'
import { type KeyPair, MAIL, makeKey, NOTES, startWorld, type World } from '../../testing/world.ts'

let world: World
let attester: Attester
let notesKey: KeyPair
let key: KeyPair

async function start(variation = {}): Promise<void> {
  attester = await makeAttester()
  notesKey = await makeKey()
  const machine = { grants: ['client_credentials'], scopes: ['notes:read', 'mail:send'] } as const
  const agentKey = await makeKey()
  const clients = [
    { ...machine, clientId: 'agent', jwks: { keys: [agentKey.publicJwk] } },
    { ...machine, clientId: 'attested', authentication: 'attestation' },
  ] as const
  const options = { ...introspectedResources(notesKey), clients, trust: attester.trust }
  world = { ...(await startWorld({ options, ...variation })), agentKey }
  key = await makeKey()
}
beforeEach(() => start())
afterEach(() => world.close())

const tokenFor = async (resource: string, scope: string, claims = {}) => {
  const form = { grant_type: 'client_credentials', resource, scope }
  const attestation = await attest(attester, 'attested', key, claims)
  const answer = await postAttested(world, form, { key, nonce: await fetchNonce(world), attestation })
  return String(answer.body.access_token)
}
const jwt = (claims = {}) => tokenFor(NOTES, 'notes:read', claims)
const opaque = (claims = {}) => tokenFor(MAIL, 'mail:send', claims)
const inspectJwt = async (token: string) =>
  (await inquire(world, '/introspect', token, await asClient(world, 'notes-server', notesKey))).body
const inspectOpaque = async (token: string) => (await inquire(world, '/introspect', token, asMailServer)).body
const feedKeys = async () => (await readFeed(world)).entries.map((entry) => entry.key)
const keyOfAttester = () => revocationKey(createFastVerifier(), 'attestation_key', world.issuer, attester.thumbprint)

async function makeEvent(audience: string, signedBy: KeyPair = attester.key): Promise<string> {
  const signer = await createLocalSigner(await exportJWK(signedBy.privateKey), 'k1')
  const issuedAt = Math.floor(Date.now() / 1000)
  return makeSecurityEvent(signer, { issuer: ATTESTER, audience, issuedAt, keyThumbprint: attester.thumbprint })
}
const push = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${world.issuer}/security-events`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/secevent+jwt', ...headers },
  })

describe('introspection of tokens of attested agents', () => {
  it('tells of the agent, for either format', async () => {
    const agent = { iss: ATTESTER, key: attester.thumbprint, agent_identity: IDENTITY }
    expect(await inspectJwt(await jwt())).toMatchObject({ active: true, agent })
    expect(await inspectOpaque(await opaque())).toMatchObject({ active: true, agent })
  })
})

describe('a client that proves itself by attestation', () => {
  const asAttested = { form: { client_id: 'attested' } }

  it('counts as public where there is no proof of the request: it may give tokens back, and learns nothing', async () => {
    const token = await jwt()
    expect((await inquire(world, '/introspect', token, asAttested)).body).toEqual({ active: false })
    expect((await inquire(world, '/revoke', token, asAttested)).status).toBe(200)
    expect((await inspectJwt(token)).active).toBe(false)
  })
})

describe('introspection after the attestation has ended', () => {
  afterEach(() => void vi.useRealTimers())

  it('tells of no agent any more, for either format', async () => {
    const soon = { exp: Math.floor(Date.now() / 1000) + 100 }
    const [first, second] = [await jwt(soon), await opaque(soon)]
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 101_000 })
    for (const answer of [await inspectJwt(first), await inspectOpaque(second)]) {
      expect([answer.active, answer.agent]).toEqual([true, undefined])
    }
  })
})

describe('a key that attestations were signed with', () => {
  it('revoked by the operator takes with it what was minted on its word, and nothing else', async () => {
    const [first, second] = [await jwt(), await opaque()]
    await world.revoke({ attestationKey: attester.thumbprint })
    expect([(await inspectJwt(first)).active, (await inspectOpaque(second)).active]).toEqual([false, false])
    expect(await feedKeys()).toEqual([await keyOfAttester()])
    expect(world.log).toContainEqual({ type: 'revoked', what: 'attestation_key' })
    await world.revoke({ attestationKey: attester.thumbprint })
    expect(await feedKeys()).toHaveLength(1)
  })

  it('of another issuer is no business of theirs', async () => {
    const token = await jwt()
    await world.revoke({ attestationKey: 'A'.repeat(43) })
    expect((await inspectJwt(token)).active).toBe(true)
  })

  it('evicted from the trust list does the same, at once', async () => {
    const token = await jwt()
    await attester.trust.evict(ATTESTER, attester.thumbprint, 'key_compromise')
    await expect.poll(() => feedKeys()).toEqual([await keyOfAttester()])
    expect((await inspectJwt(token)).active).toBe(false)
  })

  it('that was evicted while this server was away does it on the next start', async () => {
    const token = await jwt()
    const evicting: Promise<void>[] = []
    await world.restart(() => {
      evicting.push(attester.trust.evict(ATTESTER, attester.thumbprint, 'key_compromise'))
    })
    await Promise.all(evicting)
    expect((await inspectJwt(token)).active).toBe(false)
  })

  it('is told of to no server that was closed', async () => {
    await world.restart()
    await attester.trust.evict(ATTESTER, attester.thumbprint, 'key_compromise')
    await expect.poll(() => feedKeys()).toHaveLength(1)
    expect(world.log.filter(({ type }) => type === 'server_error')).toEqual([])
  })
})

describe('a security event (RFC 8417, pushed as in RFC 8935)', () => {
  it('ends the tokens of a stolen key before it is acknowledged, and the key mints no more', async () => {
    const token = await jwt()
    const response = await push(await makeEvent(world.issuer))
    expect([response.status, await response.text()]).toEqual([202, ''])
    expect((await inspectJwt(token)).active).toBe(false)
    expect(await jwt()).toBe('undefined')
  })

  it('that comes twice says nothing new', async () => {
    const event = await makeEvent(world.issuer)
    expect([(await push(event)).status, (await push(event)).status]).toEqual([202, 202])
    expect(await feedKeys()).toHaveLength(1)
  })

  it('of somebody else, or for somebody else, ends nothing', async () => {
    const token = await jwt()
    for (const event of [
      await makeEvent('https://other.example'),
      await makeEvent(world.issuer, await makeKey('Ed25519')),
      'nonsense',
      '',
    ]) {
      const response = await push(event)
      expect([response.status, await response.json()]).toEqual([
        400,
        { err: expect.any(String), description: expect.any(String) },
      ])
    }
    expect((await inspectJwt(token)).active).toBe(true)
  })

  it('is refused in another form, and by its size before it was read', async () => {
    const url = `${world.issuer}/security-events`
    expect((await fetch(url)).status).toBe(405)
    expect((await push('x', { 'Content-Type': 'application/jwt' })).status).toBe(415)
    expect((await push('x'.repeat(17_000))).status).toBe(413)
  })

  it('is to be sent again while what it ends cannot be written down, and that is not forgotten', async () => {
    const token = await jwt()
    const database = new DatabaseSync(world.database)
    database.exec('ALTER TABLE revocations RENAME TO taken_away')
    const response = await push(await makeEvent(world.issuer))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '30'])
    await expect(world.probe()).rejects.toThrow('revocations')
    expect(world.log).toContainEqual(expect.objectContaining({ type: 'server_error' }))
    database.exec('ALTER TABLE taken_away RENAME TO revocations')
    database.close()
    await world.probe()
    expect((await inspectJwt(token)).active).toBe(false)
  })

  it('is nobody’s business where no trust list keeps itself current', async () => {
    const plain = await startWorld()
    try {
      expect((await fetch(`${plain.issuer}/security-events`, { method: 'POST', body: 'x' })).status).toBe(404)
    } finally {
      await plain.close()
    }
  })
})
