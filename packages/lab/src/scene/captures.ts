/** Credentials that are good once, ready to be sent again and again. */
import { modernHeaders, obtainNonce, obtainToken, prepareCall, toolCall } from './agent.ts'
import {
  clientCredentials,
  obtainCode,
  obtainTokenNonce,
  postToken,
  proveToken,
  redemption,
  refreshment,
} from './authorization.ts'
import { entryFor, obtainCapabilities } from './capability-tokens.ts'
import type { Deployment } from './deployment.ts'
import { logIn } from './login.ts'
import { type Answer, createAgentKey, send, signProof } from './wire.ts'

/** Prepares one credential; yields what sends it once more, everything else about the request being fresh. */
export type Capture = (deployment: Deployment) => Promise<() => Promise<Answer>>

/** A call with its proof. */
export const captureCall: Capture = async (deployment) => {
  const { resource } = deployment.a
  const captured = await prepareCall(await obtainToken(deployment), resource, toolCall('read_notes'))
  return () => send(resource, captured)
}

/** A capability for one call of `write_note`, which the deployment has to ask for; each call has a proof of its own. */
export const captureCapability: Capture = async (deployment) => {
  const { resource: url } = deployment.a
  const args = { text: 'once' }
  const { token, key } = await obtainCapabilities(deployment, [entryFor(deployment, 'write_note', args)])
  const body = toolCall('write_note', args)
  const nonce = await obtainNonce(url)
  return async () => {
    const dpop = await signProof(key, { url, token, nonce, content: body })
    return send(url, { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body })
  }
}

/** An authorization code, with its verifier. */
export const captureCode: Capture = async (deployment) => {
  const nonce = await obtainTokenNonce(deployment)
  const key = await createAgentKey()
  const { code, verifier } = await obtainCode(deployment)
  const form = redemption(deployment, code, verifier)
  return async () => postToken(deployment, form, { proof: await proveToken(deployment, key, nonce) })
}

/** A client assertion. */
export const captureAssertion: Capture = async (deployment) => {
  const nonce = await obtainTokenNonce(deployment)
  const key = await createAgentKey()
  const form = await clientCredentials(deployment)
  return async () => postToken(deployment, form, { proof: await proveToken(deployment, key, nonce) })
}

/** A proof for the token endpoint. */
export const captureTokenProof: Capture = async (deployment) => {
  const proof = await proveToken(deployment, await createAgentKey(), await obtainTokenNonce(deployment))
  return async () => postToken(deployment, await clientCredentials(deployment), { proof })
}

/** A refresh token, with the key that it is bound to. */
export const captureRefreshToken: Capture = async (deployment) => {
  const { key, nonce, tokens } = await logIn(deployment)
  const form = refreshment(deployment, tokens.refresh)
  return async () => postToken(deployment, form, { proof: await proveToken(deployment, key, nonce) })
}
