/** X4: the same credential with other bytes. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { obtainToken, prepareCall, toolCall } from '../scene/agent.ts'
import { send } from '../scene/wire.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The last character of a 64-octet signature carries four bits that no octet uses; this one differs in them. */
function setStrayBits(jws: string): string {
  return jws.slice(0, -1) + alphabet.charAt(alphabet.indexOf(jws.at(-1) ?? '') | 1)
}

/** One proof, two spellings. */
export const reencoding: Attack = {
  id: 'X4',
  title: 'A spent credential is written with other bytes',
  source: { document: 'ours', section: 'RFC 7515 §2, RFC 4648 §3.5' },
  needs: 'a lenient decoder, and a record of proofs by the bytes that they came in',
  steps: [
    'The attacker captures a call.',
    'It changes bits of the proof that its signature does not cover, and sends it again.',
  ],
  analog: 'A ticket with its corner folded, for a collector who goes by the outline.',
  variants: [
    {
      title: 'A spent proof, its signature written with other bits',
      weakened: { weak: ['single_use_by_bytes'] },
      async run(scene) {
        const { resource } = scene.a
        const captured = await prepareCall(await obtainToken(scene), resource, toolCall('read_notes'))
        const first = await send(resource, captured)
        if (first.status !== 200) return first
        const headers = { ...captured.headers, dpop: setStrayBits(String(captured.headers?.dpop)) }
        return asAttacker(() => send(resource, { ...captured, headers }))
      },
      stoppedBy: 'invalid_dpop_proof',
      status: 401,
    },
  ],
}
