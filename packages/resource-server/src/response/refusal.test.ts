import { createPortableVerifier, rejections } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { type Refusal, refusals } from '../testing/refusals.test-fixture.ts'
import { createScene, toolCall } from '../testing/scene.test-fixture.ts'

/** The whole challenge, as text: RFC 9449 §7.1 with RFC 9728 §5.1. */
function challengeOf({ error, scope = 'notes:read', remediation }: Refusal): string | null {
  if (error === undefined) return null
  const details = JSON.stringify({ authorization_details: remediation })
  const parameters = [
    ...(error === 'none' ? [] : [`error="${error}"`]),
    remediation === undefined
      ? `scope="${scope}"`
      : `authorization_remediation="${Buffer.from(details).toString('base64url')}"`,
    'resource_metadata="https://notes.example/.well-known/oauth-protected-resource/mcp"',
    'algs="ES256 Ed25519 EdDSA"',
  ]
  return `DPoP ${parameters.join(', ')}`
}

it('the calls below are refused with every code there is', () => {
  expect(refusals.map(({ code }) => code).sort()).toEqual(Object.keys(rejections).sort())
})

describe.each([
  { name: 'fast', verifier: createFastVerifier() },
  { name: 'portable', verifier: createPortableVerifier() },
])(
  `${verifies('RFC6750-3.1-1', 'RFC6750-3-1', 'RFC9449-7.1-2', 'RFC9728-5.1-1')} on the wire, with the $name verifier`,
  ({ verifier }) => {
    it.each(refusals)('$code is $status, with its challenge, its problem document and no more', async (refusal) => {
      const scene = await createScene({ verifier, ...refusal.options })
      const request = await refusal.arrange(scene)
      scene.events.length = 0
      const response = await scene.guard.check(request)
      if (!(response instanceof Response)) throw new Error('the call was let through')
      const { code, status, scope, remediation, problem, headers = {} } = refusal
      const challenge = challengeOf(refusal)
      expect({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.json(),
        events: scene.events.filter(({ type }) => !/_failed$|^attestation_|^friction_/.test(type)),
      }).toEqual({
        status,
        headers: {
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
          ...(challenge === null ? {} : { 'www-authenticate': challenge }),
          ...(status === 401 ? { 'dpop-nonce': await scene.nonce() } : {}),
          ...headers,
        },
        body: {
          title: rejections[code].summary,
          status,
          code,
          ...(scope === undefined ? {} : { scope }),
          ...(remediation === undefined ? {} : { authorization_details: remediation }),
          ...problem,
        },
        events: [expect.objectContaining({ type: 'refused', code })],
      })
    })
  },
)

describe('RFC 6750 §3: the scope of a challenge', () => {
  it('is left out when there are no initial scopes, as every client would ask for it', async () => {
    const scene = await createScene({ initialScopes: [] })
    const response = await scene.guard.check(await scene.request({ headers: { authorization: null } }))
    expect(response instanceof Response && response.headers.get('www-authenticate')).toBe(
      'DPoP resource_metadata="https://notes.example/.well-known/oauth-protected-resource/mcp", algs="ES256 Ed25519 EdDSA"',
    )
  })

  it(`${verifies('MCP-SCOPE-1', 'RFC6750-3.1-2')} names all that a call needs, also what the token has`, async () => {
    const scene = await createScene({ tools: { move_note: { scopes: ['notes:write', 'notes:read'] } } })
    const response = await scene.guard.check(await scene.request({ body: toolCall('move_note') }))
    if (!(response instanceof Response)) throw new Error('the call was let through')
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain(
      'error="insufficient_scope", scope="notes:write notes:read"',
    )
  })
})
