/** Token requests with an attestation: an honest one, and whatever an attacker makes of it. */
import { decodeJwt, type JWTPayload } from 'jose'
import { clientCredentials, postToken } from './authorization.ts'
import type { Deployment } from './deployment.ts'
import { type AgentKey, type Answer, signProof } from './wire.ts'

/** Posts a form under a key, as often as the nonce asks for it, with this attestation or without any. */
export async function postAttested(
  deployment: Deployment,
  makeForm: () => Promise<Readonly<Record<string, string>>>,
  { key, attestation }: { readonly key: AgentKey; readonly attestation?: string },
): Promise<Answer> {
  const headers = attestation === undefined ? {} : { 'oauth-client-attestation': attestation }
  const url = `${deployment.issuer}/token`
  const first = await postToken(deployment, await makeForm(), { proof: await signProof(key, { url }), headers })
  if (first.code !== 'use_dpop_nonce' || first.nonce === undefined) return first
  const proof = await signProof(key, { url, nonce: first.nonce })
  return postToken(deployment, await makeForm(), { proof, headers })
}

/** Asks for a token as the machine client. */
export function requestAttested(deployment: Deployment, key: AgentKey, attestation?: string): Promise<Answer> {
  const shown = attestation === undefined ? { key } : { key, attestation }
  return postAttested(deployment, () => clientCredentials(deployment), shown)
}

/** The access token in an answer. */
export function accessTokenOf({ body }: Answer): string {
  const { access_token: token } = JSON.parse(body) as { access_token?: string }
  if (token === undefined) throw new Error(`no token: ${body}`)
  return token
}

/** Its claims. */
export function claimsOf(answer: Answer): JWTPayload {
  return decodeJwt(accessTokenOf(answer))
}
