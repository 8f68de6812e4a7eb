/** The MCP SDK's DPoP session, made to sign with the agent's own key and for one server only (RFC 9449 §4). */
import { makeProof } from '@countersign/dpop'
import { DpopSession, generateDpopKeyPair } from '@modelcontextprotocol/client'
import type { AgentParts } from './agent-parts.ts'
import { AuthorizationRefused } from './authorization-refused.ts'

/** What the provider learns from its session; URLs come without query and fragment. */
export interface SessionHooks {
  /** Judges where a proof is asked for. */
  mayReceive(url: string): boolean
  /** Sees every response, before the SDK acts on it. */
  observe(response: Response, url: string): void
}

/**
 * Makes a session.
 *
 * The SDK wants a `CryptoKeyPair`, which every holder of the session could then sign with; the agent's key does not
 * leave its closure. So the session is given a pair that signs nothing, the public half of the agent's key to show,
 * and a `buildProof` of ours. That is also the one place at which the SDK says where a token is about to be sent, and
 * `observeNonce` the one at which it shows what came back.
 */
export async function createProviderSession(
  { key, clock }: AgentParts,
  { mayReceive, observe }: SessionHooks,
): Promise<DpopSession> {
  const unused = await generateDpopKeyPair()
  const alg = key.algorithm === 'Ed25519' ? 'EdDSA' : 'ES256'
  const keyPair = { ...unused, alg, publicJwk: { ...key.publicJwk }, thumbprint: key.thumbprint } as const
  const session = await DpopSession.create({ keyPair })
  session.buildProof = async ({ htm, htu, accessToken, nonce = session.nonceFor(htu) }) => {
    const url = stripUrl(htu)
    if (!mayReceive(url)) {
      throw new AuthorizationRefused(
        'resource_mismatch',
        'This provider is for another URL; make one with agent.provider(url) for each server.',
      )
    }
    return makeProof(key, {
      method: htm.toUpperCase(),
      url,
      issuedAt: Math.floor(clock()),
      ...(accessToken === undefined ? {} : { accessToken }),
      ...(nonce === undefined ? {} : { nonce }),
    })
  }
  const observeNonce = session.observeNonce.bind(session)
  session.observeNonce = (response, url) => {
    observe(response, stripUrl(url))
    observeNonce(response, url)
  }
  return session
}

/** A URL as proofs name it: without query and fragment (RFC 9449 §4.2). */
export function stripUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
