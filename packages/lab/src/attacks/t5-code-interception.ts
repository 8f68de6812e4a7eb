/** T5: an intercepted authorization code is redeemed. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import {
  authorize,
  type Code,
  obtainCode,
  obtainTokenNonce,
  postToken,
  proveToken,
  redemption,
} from '../scene/authorization.ts'
import type { Scene } from '../scene/scene.ts'
import { createAgentKey } from '../scene/wire.ts'

/** The client protects its code only when the server makes it. */
async function obtainAsCarelesslyAsAllowed(scene: Scene): Promise<Code> {
  const code = (await authorize(scene)).searchParams.get('code')
  return code === null ? obtainCode(scene) : { code, verifier: '' }
}

/** A code that reaches another app than it was meant for. */
export const codeInterception: Attack = {
  id: 'T5',
  title: 'An intercepted authorization code is redeemed',
  source: { document: 'token-talk', section: 'Auth-code interception (RFC 7636)' },
  needs: 'an authorization server that gives codes to clients without PKCE',
  steps: [
    'A person logs in and consents; the browser is sent back with a code.',
    'Another app on the machine takes the redirect, or a log keeps it.',
    'The attacker redeems the code, with a key of its own: the token would be good for the attacker alone.',
  ],
  analog: "A parcel slip taken from somebody's letter box: whoever shows it gets the parcel.",
  variants: [
    {
      title: 'A code is taken from the redirect and redeemed',
      weakened: { authorization: { weaknesses: ['pkce_optional'] } },
      async run(scene) {
        const { code } = await obtainAsCarelesslyAsAllowed(scene)
        return asAttacker(async () => {
          const proof = await proveToken(scene, await createAgentKey(), await obtainTokenNonce(scene))
          return postToken(scene, redemption(scene, code), { proof })
        })
      },
      stoppedBy: 'invalid_grant',
      status: 400,
    },
  ],
}
