/** X7: a refresh token is stolen, and used by both its owner and the thief. */
import { createFastVerifier } from '@countersign/core/node'
import { parseRevocationFeed, revocationKey } from '@countersign/core/wire'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { describeAttack, useDeployment } from '../support/attack.ts'
import {
  obtainCode,
  obtainTokenNonce,
  postToken,
  proveToken,
  redemption,
  refreshment,
  tokensOf,
} from '../support/authorization.ts'
import type { Deployment } from '../support/deployment.ts'
import { type AgentKey, type Answer, createAgentKey } from '../support/wire.ts'

interface Owner {
  readonly key: AgentKey
  readonly nonce: string
  readonly tokens: { readonly access: string; readonly refresh: string }
}

async function logIn(deployment: Deployment): Promise<Owner> {
  const key = await createAgentKey()
  const nonce = await obtainTokenNonce(deployment)
  const { code, verifier } = await obtainCode(deployment)
  const proof = await proveToken(deployment, key, nonce)
  return {
    key,
    nonce,
    tokens: tokensOf(await postToken(deployment, redemption(deployment, code, verifier), { proof })),
  }
}

async function refresh(
  deployment: Deployment,
  { key, nonce }: Pick<Owner, 'key' | 'nonce'>,
  token: string,
): Promise<Answer> {
  return postToken(deployment, refreshment(deployment, token), { proof: await proveToken(deployment, key, nonce) })
}

/** The owner's lost answer, sent again at once, is no theft: so the thief comes when that time is over. */
function letSecondsPass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
}

/** True when the feed ends an access token by the grant that it stands on. */
async function isInFeed({ issuer }: Deployment, token: string): Promise<boolean> {
  const { grant_id: grant, iat = 0 } = decodeJwt<{ grant_id: string }>(token)
  const key = await revocationKey(createFastVerifier(), 'grant', issuer, grant)
  const feed = parseRevocationFeed(await (await fetch(`${issuer}/revocations`)).json())
  if (!feed.ok) throw new Error(feed.reason)
  return feed.value.entries.some((entry) => entry.key === key && iat <= entry.before)
}

afterEach(() => {
  vi.useRealTimers()
})

let stolen: Owner | undefined

describeAttack({
  title: 'X7: whoever copied the folder of an agent refreshes after its owner did',
  weakened: { authorization: { weaknesses: ['refresh_reuse'] } },
  async run(deployment) {
    stolen = await logIn(deployment)
    const own = await refresh(deployment, stolen, stolen.tokens.refresh)
    if (own.status !== 200) return own
    letSecondsPass(11)
    return refresh(deployment, stolen, stolen.tokens.refresh)
  },
  stoppedBy: 'invalid_grant',
  status: 400,
  async aftermath(deployment, landed) {
    expect(await isInFeed(deployment, stolen?.tokens.access ?? '')).toBe(!landed)
  },
})

describe('X7: against the hardened server', () => {
  const deployment = useDeployment()

  /** Nothing of the family is good any more, whoever holds it. */
  async function expectFamilyRevoked(owner: Owner, answers: readonly Answer[]): Promise<void> {
    for (const answer of answers.filter(({ status }) => status === 200)) {
      const tokens = tokensOf(answer)
      expect(await isInFeed(deployment(), tokens.access)).toBe(true)
      expect(await refresh(deployment(), owner, tokens.refresh)).toMatchObject({ status: 400, code: 'invalid_grant' })
    }
    expect(await isInFeed(deployment(), owner.tokens.access)).toBe(true)
  }

  it('the thief, with a key of its own, comes second: the family ends at once', async () => {
    const owner = await logIn(deployment())
    const next = await refresh(deployment(), owner, owner.tokens.refresh)
    const thief = await refresh(deployment(), { ...owner, key: await createAgentKey() }, owner.tokens.refresh)
    expect({ status: thief.status, code: thief.code }).toEqual({ status: 400, code: 'invalid_grant' })
    await expectFamilyRevoked(owner, [next])
  })

  it('the thief, with the stolen key, comes first: what it got ends when the owner comes', async () => {
    const owner = await logIn(deployment())
    const thief = await refresh(deployment(), owner, owner.tokens.refresh)
    expect(thief.status).toBe(200)
    letSecondsPass(11)
    expect(await refresh(deployment(), owner, owner.tokens.refresh)).toMatchObject({ code: 'invalid_grant' })
    await expectFamilyRevoked(owner, [thief])
  })

  it('the thief, with a key of its own, comes first: it gets nothing, and the owner goes on', async () => {
    const owner = await logIn(deployment())
    const thief = await refresh(deployment(), { ...owner, key: await createAgentKey() }, owner.tokens.refresh)
    expect(thief).toMatchObject({ status: 400, code: 'invalid_grant' })
    expect((await refresh(deployment(), owner, owner.tokens.refresh)).status).toBe(200)
    expect(await isInFeed(deployment(), owner.tokens.access)).toBe(false)
  })
})
