/** T6: a stolen client secret mints tokens; a captured client assertion is used again. */
import { describeAttack } from '../support/attack.ts'
import { clientCredentials, obtainTokenNonce, postToken, proveToken } from '../support/authorization.ts'
import { createAgentKey } from '../support/wire.ts'

const secret = 'out of a log file, of a backup, of an image layer'

describeAttack({
  title: 'T6: a client secret is found and used',
  weakened: { authorization: { weaknesses: ['shared_secrets'], secrets: { agent: secret } } },
  async run(deployment) {
    const proof = await proveToken(
      deployment,
      await createAgentKey(),
      // Without a token there is no nonce to ask for, so the thief takes one from the client that has a key.
      await obtainTokenNonce({ ...deployment, client: deployment.bearerClient }),
    )
    const authorization = `Basic ${btoa(`${deployment.client.clientId}:${encodeURIComponent(secret)}`)}`
    const { resource } = deployment.a
    const form = { grant_type: 'client_credentials', resource, scope: 'notes:read' }
    return postToken(deployment, form, { proof, headers: { authorization } })
  },
  stoppedBy: 'invalid_client',
  status: 401,
})

describeAttack({
  title: 'T6: a client assertion is captured and used again',
  weakened: { authorization: { weaknesses: ['assertion_replay'] } },
  async run(deployment) {
    const nonce = await obtainTokenNonce(deployment)
    const captured = await clientCredentials(deployment)
    const first = await postToken(deployment, captured, {
      proof: await proveToken(deployment, await createAgentKey(), nonce),
    })
    if (first.status !== 200) return first
    // With a key of the thief's own, and for more than the agent asked for.
    const proof = await proveToken(deployment, await createAgentKey(), nonce)
    return postToken(deployment, { ...captured, scope: 'notes:delete' }, { proof })
  },
  stoppedBy: 'invalid_client',
  status: 401,
})
