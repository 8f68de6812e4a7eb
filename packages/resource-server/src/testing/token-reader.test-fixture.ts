/** The reader of access tokens that a guard would have, for tests of tokens alone. */
import type { Result } from '@countersign/core'
import { createGuardContext } from '../guard-context.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { AccessToken } from '../token/access-token.ts'
import type { IssuerTrust } from '../token/issuer-trust.ts'
import { resource, start, type TestIssuer } from './issuer.test-fixture.ts'

/** Reads tokens as a guard does that trusts exactly these issuers; no network is there, but for a `fetch` that is given. */
export function createTokenReader(
  authorizationServers: readonly IssuerTrust[],
  parts: Pick<GuardOptions, 'verifier' | 'fetch'> = {},
): (text: string) => Promise<Result<AccessToken>> {
  const { readToken } = createGuardContext({
    resource,
    authorizationServers,
    clock: () => start,
    fetch: refuseFetch,
    ...parts,
  })
  return async (text) => readToken(text)
}

/** The issuer as an operator would trust it, its keys at hand; `overrides` opts into more. */
export function trust({ issuer, publicJwk }: TestIssuer, overrides: Partial<IssuerTrust> = {}): IssuerTrust {
  return { issuer, jwks: { keys: [publicJwk] }, ...overrides }
}

/** Whatever is fetched was looked up where a token pointed. */
const refuseFetch: typeof fetch = async () => {
  throw new Error('nothing may be fetched here')
}
