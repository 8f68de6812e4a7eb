/** T6: a stolen client secret mints tokens; a captured client assertion is used again. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { clientCredentials, obtainTokenNonce, postToken, proveToken } from '../scene/authorization.ts'
import { createAgentKey } from '../scene/wire.ts'

const secret = 'out of a log file, of a backup, of an image layer'

/** What a client proves itself with, in somebody else's hands. */
export const clientCredentialTheft: Attack = {
  id: 'T6',
  title: 'A stolen client secret mints tokens; a captured client assertion is used again',
  source: { document: 'token-talk', section: 'Stolen client_secret (RFC 7523)' },
  needs: 'secrets that both sides know; an authorization server that does not keep which assertions it has seen',
  steps: [
    'The attacker finds the secret of a client, or captures an assertion that the client signed.',
    'The attacker asks the token endpoint for a token, bound to a key of its own.',
  ],
  analog: 'A password on a note under the keyboard.',
  variants: [
    {
      title: 'A client secret is found and used',
      weakened: { authorization: { weaknesses: ['shared_secrets'], secrets: { agent: secret } } },
      async run(scene) {
        // Without a token there is no nonce to ask for, so the thief takes one from the client that has a key.
        const nonce = await obtainTokenNonce({ ...scene, client: scene.bearerClient })
        const authorization = `Basic ${btoa(`${scene.client.clientId}:${encodeURIComponent(secret)}`)}`
        const { resource } = scene.a
        const form = { grant_type: 'client_credentials', resource, scope: 'notes:read' }
        const proof = await proveToken(scene, await createAgentKey(), nonce)
        return asAttacker(() => postToken(scene, form, { proof, headers: { authorization } }))
      },
      stoppedBy: 'invalid_client',
      status: 401,
    },
    {
      title: 'A client assertion is captured and used again',
      weakened: { authorization: { weaknesses: ['assertion_replay'] } },
      async run(scene) {
        const nonce = await obtainTokenNonce(scene)
        const captured = await clientCredentials(scene)
        const first = await postToken(scene, captured, {
          proof: await proveToken(scene, await createAgentKey(), nonce),
        })
        if (first.status !== 200) return first
        // With a key of the thief's own, and for more than the agent asked for.
        const proof = await proveToken(scene, await createAgentKey(), nonce)
        return asAttacker(() => postToken(scene, { ...captured, scope: 'notes:delete' }, { proof }))
      },
      stoppedBy: 'invalid_client',
      status: 401,
    },
  ],
}
