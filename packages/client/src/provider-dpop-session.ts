/** The MCP SDK's DPoP session, made to sign with the agent's own key and for one server only (RFC 9449 §4). */
import { makeProof } from '@countersign/dpop'
import { DpopSession, generateDpopKeyPair } from '@modelcontextprotocol/client'
import type { AgentParts } from './agent-parts.ts'
import { AuthorizationRefused } from './authorization-refused.ts'

/**
 * Makes a session.
 *
 * The SDK wants a `CryptoKeyPair`, which every holder of the session could then sign with; the agent's key does not
 * leave its closure. So the session is given a pair that signs nothing, the public half of the agent's key to show,
 * and a `buildProof` of ours. That is also the one place at which the SDK says where a token is about to be sent.
 *
 * @param mayReceive judges the URL, without query and fragment, that a proof is asked for
 */
export async function createProviderSession(
  { key, clock }: AgentParts,
  mayReceive: (url: string) => boolean,
): Promise<DpopSession> {
  const unused = await generateDpopKeyPair()
  const alg = key.algorithm === 'Ed25519' ? 'EdDSA' : 'ES256'
  const keyPair = { ...unused, alg, publicJwk: { ...key.publicJwk }, thumbprint: key.thumbprint } as const
  const session = await DpopSession.create({ keyPair })
  session.buildProof = async ({ htm, htu, accessToken, nonce = session.nonceFor(htu) }) => {
    const { origin, pathname } = new URL(htu)
    const url = `${origin}${pathname}`
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
  return session
}
