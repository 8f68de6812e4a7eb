/** A person's app: logged in, refreshed, and known to the feed of revocations or not. */
import { createFastVerifier } from '@countersign/core/node'
import { parseRevocationFeed, revocationKey } from '@countersign/core/wire'
import { decodeJwt } from 'jose'
import {
  type Grounds,
  obtainCode,
  obtainTokenNonce,
  postToken,
  proveToken,
  redemption,
  refreshment,
  tokensOf,
} from './authorization.ts'
import { type AgentKey, type Answer, createAgentKey } from './wire.ts'

/** What the app holds after the login. */
export interface Login {
  readonly key: AgentKey
  /** Of the token endpoint. */
  readonly nonce: string
  readonly tokens: { readonly access: string; readonly refresh: string }
}

/** A person logs in and consents; the app redeems the code. */
export async function logIn(grounds: Grounds): Promise<Login> {
  const key = await createAgentKey()
  const nonce = await obtainTokenNonce(grounds)
  const { code, verifier } = await obtainCode(grounds)
  const proof = await proveToken(grounds, key, nonce)
  return { key, nonce, tokens: tokensOf(await postToken(grounds, redemption(grounds, code, verifier), { proof })) }
}

/** Refreshes, with a proof of the key. */
export async function refresh(
  grounds: Grounds,
  { key, nonce }: Pick<Login, 'key' | 'nonce'>,
  token: string,
): Promise<Answer> {
  return postToken(grounds, refreshment(grounds, token), { proof: await proveToken(grounds, key, nonce) })
}

/** True when the feed ends an access token by the grant that it stands on. */
export async function isInFeed({ issuer }: Pick<Grounds, 'issuer'>, token: string): Promise<boolean> {
  const { grant_id: grant, iat = 0 } = decodeJwt<{ grant_id: string }>(token)
  const key = await revocationKey(createFastVerifier(), 'grant', issuer, grant)
  const feed = parseRevocationFeed(await (await fetch(`${issuer}/revocations`)).json())
  if (!feed.ok) throw new Error(feed.reason)
  return feed.value.entries.some((entry) => entry.key === key && iat <= entry.before)
}
