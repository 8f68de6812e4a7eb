import { describe, expect, it } from 'vitest'
import type { Guard } from '../guard.ts'
import { claimAgent, createAttester } from '../testing/attester.test-fixture.ts'
import { describeGrant, start } from '../testing/issuer.test-fixture.ts'
import { createTestFeed } from '../testing/revocation-feed.test-fixture.ts'
import { createScene, type Scene, type SceneOptions } from '../testing/scene.test-fixture.ts'
import { useServedIssuer } from '../testing/served-issuer.test-fixture.ts'

const attester = await createAttester()
const { origin, answers, asked } = useServedIssuer()

/** A scene whose issuer publishes what it revokes. */
async function createFeedScene(options: SceneOptions = {}) {
  const feed = createTestFeed()
  answers.set('/revocations', feed.answer)
  const scene = await createScene({
    ...options,
    issuerTrust: { revocationFeed: `${origin()}/revocations`, ...options.issuerTrust },
  })
  return { feed, scene }
}

/** The code of the refusal, with its reason, or `allowed`. */
async function outcome(scene: Scene, token?: string): Promise<string> {
  scene.events.length = 0
  await scene.guard.check(await scene.request(token === undefined ? {} : { token }))
  const decision = scene.events.findLast(({ type }) => type === 'refused' || type === 'allowed')
  if (decision?.type !== 'refused') return decision?.type ?? 'none'
  return decision.reason === undefined ? decision.code : `${decision.code} ${decision.reason}`
}

describe('a token that was revoked', () => {
  it.each([
    ['token', 'token-1'],
    ['grant', 'grant-1'],
    ['client', 'agent-1'],
    ['subject', 'user-1'],
    ['attestation_key', attester.thumbprint],
  ] as const)('by its %s is refused two seconds later, though it was verified before', async (kind, id) => {
    const { feed, scene } = await createFeedScene()
    const token = await scene.token({ grant_id: 'grant-1', agent: claimAgent(attester, scene.agent) })
    expect(await outcome(scene, token)).toBe('allowed')
    await feed.revoke(kind, id)
    scene.now += 2.1
    expect(await outcome(scene, token)).toBe('invalid_token revoked')
  })

  it.each([
    ['token', 'token-2'],
    ['grant', 'grant-2'],
    ['client', 'user-1'],
    ['subject', 'agent-1'],
    ['attestation_key', 'A'.repeat(43)],
  ] as const)('is not meant by a revocation of %s %s', async (kind, id) => {
    const { feed, scene } = await createFeedScene()
    await feed.revoke(kind, id)
    const agent = claimAgent(attester, scene.agent)
    expect(await outcome(scene, await scene.token({ grant_id: 'grant-1', agent }))).toBe('allowed')
  })

  it('by the key that it is bound to is refused, and one of another key is not', async () => {
    const { feed, scene } = await createFeedScene()
    const token = await scene.token()
    await feed.revoke('agent', 'A'.repeat(43))
    expect(await outcome(scene, token)).toBe('allowed')
    await feed.revoke('agent', scene.agent.thumbprint)
    scene.now += 2.1
    expect(await outcome(scene, token)).toBe('invalid_token revoked')
  })

  it('is another one than what was issued after the revocation', async () => {
    const { feed, scene } = await createFeedScene()
    await feed.revoke('subject', 'user-1', start + 1)
    scene.now = start + 2
    expect(await outcome(scene, await scene.token({ iat: start + 1 }))).toBe('invalid_token revoked')
    expect(await outcome(scene, await scene.token({ iat: start + 2 }))).toBe('allowed')
    expect(await outcome(scene, await scene.token({ iat: undefined }))).toBe('invalid_token revoked')
  })

  it('is not meant by the revocation of another issuer', async () => {
    const { scene } = await createFeedScene()
    const foreign = createTestFeed('https://other.example')
    await foreign.revoke('token', 'token-1')
    answers.set('/revocations', foreign.answer)
    expect(await outcome(scene)).toBe('allowed')
  })

  it('stays revoked when the feed cannot be read any more, and when it has lost its memory', async () => {
    const { feed, scene } = await createFeedScene()
    const token = await scene.token()
    await feed.revoke('token', 'token-1')
    expect(await outcome(scene, token)).toBe('invalid_token revoked')
    feed.reset('epoch-2')
    scene.now += 3
    expect(await outcome(scene, token)).toBe('invalid_token revoked')
    answers.delete('/revocations')
    scene.now += 60
    expect(await outcome(scene, token)).toBe('invalid_token revoked')
  })
})

describe('a feed that cannot be read', () => {
  it('lets nobody in who comes first, and everybody when it is back', async () => {
    const { feed, scene } = await createFeedScene()
    answers.delete('/revocations')
    expect(await outcome(scene)).toBe('revocations_unavailable')
    answers.set('/revocations', feed.answer)
    expect(await outcome(scene)).toBe('revocations_unavailable')
    scene.now += 1
    expect(await outcome(scene)).toBe('allowed')
  })

  it('serves for thirty seconds more', async () => {
    const { scene } = await createFeedScene()
    expect(await outcome(scene)).toBe('allowed')
    answers.set('/revocations', '<!doctype html>')
    scene.now = start + 29
    expect(await outcome(scene)).toBe('allowed')
    scene.now = start + 31
    expect(await outcome(scene)).toBe('revocations_unavailable')
  })

  it('is made up for by asking about each token, where the issuer can be asked', async () => {
    const introspection = { endpoint: `${origin()}/introspect`, clientId: 'notes', clientSecret: 'secret' }
    const { scene } = await createFeedScene({ issuerTrust: { introspection } })
    const token = await scene.token()
    expect(await outcome(scene, token)).toBe('allowed')
    answers.delete('/revocations')
    const grant = { active: true, token_type: 'DPoP', ...describeGrant({ cnf: { jkt: scene.agent.thumbprint } }) }
    answers.set('/introspect', grant)
    scene.now = start + 31
    expect(await outcome(scene, token)).toBe('allowed')
    answers.set('/introspect', { active: false })
    scene.now = start + 34
    expect(await outcome(scene, token)).toBe('invalid_token revoked')
    answers.delete('/introspect')
    scene.now = start + 40
    expect(await outcome(scene, token)).toBe('revocations_unavailable')
  })
})

describe('an issuer without a feed', () => {
  it('is asked for none, where its keys were given', async () => {
    const scene = await createScene()
    expect(await outcome(scene)).toBe('allowed')
    expect(asked).toEqual([])
  })

  it('is told of once; its metadata is read again every five minutes, and then it may have one', async () => {
    const metadata = { issuer: origin(), jwks_uri: `${origin()}/jwks` }
    const clock = { now: start }
    const scene = await createScene({ authorizationServers: [origin()], clock: () => clock.now })
    answers.set('/.well-known/oauth-authorization-server', metadata)
    answers.set('/jwks', { keys: [scene.issuer.publicJwk] })
    const cnf = { jkt: scene.agent.thumbprint }
    const token = await scene.issuer.sign({ iss: origin(), cnf, exp: start + 3600 })
    const codeOf = async () => decide(scene.guard, await scene.request({ token }))
    expect(await codeOf()).toBe('allowed')
    expect(await codeOf()).toBe('allowed')
    const told = scene.events.filter(({ type }) => type === 'weakened_by_configuration')
    expect(told).toEqual([{ type: 'weakened_by_configuration', issuer: origin(), losses: ['no_revocation'] }])
    const feed = createTestFeed(origin())
    await feed.revoke('client', 'agent-1')
    answers.set('/revocations', feed.answer)
    answers.set('/.well-known/oauth-authorization-server', {
      ...metadata,
      revocation_feed_endpoint: `${origin()}/revocations`,
    })
    clock.now = start + 301
    await expect.poll(codeOf).toBe('invalid_token')
  })
})

/** The code of the refusal, or `allowed`. */
async function decide({ check }: Guard, request: Request): Promise<string> {
  const answer = await check(request)
  return answer instanceof Response ? ((await answer.json()) as { code: string }).code : 'allowed'
}
