import { createFastVerifier } from '@countersign/core/node'
import { type RevocationKind, revocationKey } from '@countersign/core/wire'
import { describe, expect, it } from 'vitest'
import { grantCapability } from '../../testing/capability.test-fixture.ts'
import { createIssuer, type Members, start } from '../../testing/issuer.test-fixture.ts'
import { createTestFeed } from '../../testing/revocation-feed.test-fixture.ts'
import { createScene } from '../../testing/scene.test-fixture.ts'
import { useServedIssuer } from '../../testing/served-issuer.test-fixture.ts'
import { createTokenReader, trust } from '../../testing/token-reader.test-fixture.ts'

const verifier = createFastVerifier()
const { origin, answers } = useServedIssuer()
const [capability, parent, elsewhere] = [grantCapability(), grantCapability(), grantCapability()]

/** A token that was passed on twice, with a capability that was narrowed and one for another server. */
const passedOn: Members = {
  grant_id: 'grant-1',
  act: { sub: 'agent-1', act: { sub: 'orchestrator', iss: 'https://auth.example' } },
  derived_from: ['token-a', 'token-b'],
  derived_keys: ['K'.repeat(43)],
  authorization_details: [
    { ...capability, ancestors: [{ id: parent.id, uses: 1, expires: start + 60 }] },
    { ...elsewhere, locations: ['https://other.example/mcp'] },
    { type: 'payment', id: 'payment-1' },
  ],
}

const named: readonly (readonly [RevocationKind, string])[] = [
  ['token', 'token-1'],
  ['token', 'token-a'],
  ['token', 'token-b'],
  ['grant', 'grant-1'],
  ['client', 'agent-1'],
  ['client', 'orchestrator'],
  ['subject', 'user-1'],
  ['agent', 'K'.repeat(43)],
  ['capability', String(capability.id)],
  ['capability', String(parent.id)],
  ['capability', String(elsewhere.id)],
]

describe('a token that was passed on', () => {
  it.each(named)('is refused two seconds after its %s %s was revoked', async (kind, id) => {
    const feed = createTestFeed()
    answers.set('/revocations', feed.answer)
    const scene = await createScene({ issuerTrust: { revocationFeed: `${origin()}/revocations` } })
    const token = await scene.token(passedOn)
    expect(await scene.guard.check(await scene.request({ token }))).toHaveProperty('authInfo')
    await feed.revoke(kind, id)
    scene.now += 2.1
    const refused = await scene.guard.check(await scene.request({ token }))
    expect(refused instanceof Response && (await refused.json())).toMatchObject({ code: 'invalid_token' })
  })

  it('falls with nothing else', async () => {
    const issuer = await createIssuer()
    const read = createTokenReader([trust(issuer, { revocationFeed: `${origin()}/revocations` })])
    const token = await read(await issuer.sign({ ...passedOn, cnf: { jkt: 'A'.repeat(43) } }))
    const keys = [...named, ['agent', 'A'.repeat(43)] as const].map(([kind, id]) =>
      revocationKey(verifier, kind, issuer.issuer, id),
    )
    expect(token.ok && [...token.value.revocationKeys].sort()).toEqual((await Promise.all(keys)).sort())
  })
})
