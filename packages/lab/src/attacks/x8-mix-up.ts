/** X8: an attacker's authorization server sends the person on to an honest one; the code is to come back to the wrong token endpoint. */
import { createHash, randomBytes } from 'node:crypto'
import { createAgent } from '@countersign/client'
import type { Attack } from '../attack.ts'
import { asAttacker, recordedFetch } from '../recording/recording.ts'
import { toolCall } from '../scene/agent.ts'
import { obtainTokenNonce, postToken, proveToken, redemption } from '../scene/authorization.ts'
import { type MixUpServer, startMixUpServer } from '../scene/mix-up-server.ts'
import { seatPerson } from '../scene/person.ts'
import type { Scene } from '../scene/scene.ts'
import { createAgentKey, noAnswer } from '../scene/wire.ts'

/** The person's browser follows wherever it is sent. */
async function authorize(scene: Scene, url: URL): Promise<URL> {
  const sentOn = await recordedFetch(url, { redirect: 'manual' })
  return seatPerson(scene, () => true).authorize(new URL(String(sentOn.headers.get('location'))))
}

/** A client that takes whatever code comes back to be its own authorization server's. */
async function runHeedlessAgent(scene: Scene, { origin }: MixUpServer): Promise<void> {
  const { clientId, redirectUri } = scene.publicClient
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(`${origin}/authorize`)
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'notes:read',
    state: 'x',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  const code = (await authorize(scene, url)).searchParams.get('code') ?? ''
  await recordedFetch(`${origin}/token`, {
    method: 'POST',
    body: new URLSearchParams(redemption(scene, code, verifier)),
  })
}

/** Ours; yields why it left. */
async function runAgent(scene: Scene, { origin }: MixUpServer): Promise<unknown> {
  const { clientId, redirectUri } = scene.publicClient
  const agent = await createAgent({
    credentials: { clientId, redirectUri, authorize: (url) => authorize(scene, url) },
    fetch: recordedFetch,
  })
  try {
    await agent.fetch(`${origin}/mcp`, { method: 'POST', body: toolCall('read_notes') })
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

/** Two authorization servers, one redirect URI. */
export const mixUp: Attack = {
  id: 'X8',
  title: 'An agent that talks to two authorization servers gives the code of one to the other',
  source: { document: 'ours', section: 'mix-up (RFC 9207)' },
  needs: 'an agent that does not look which authorization server a code comes from',
  steps: [
    "The attacker's server names the attacker's authorization server.",
    'That one sends the person on to the honest one, which asks, and is told yes.',
    "The agent takes the code to be the attacker's, and redeems it there.",
    'The attacker redeems it at the honest one, under a key of its own.',
  ],
  analog: 'A stranger at the door of the bank, who takes deposits in.',
  variants: [
    {
      title: "The code of the honest authorization server is redeemed at the attacker's",
      weakened: { weakSettings: ['heedless_agent'] },
      async run(scene) {
        const attacker = await startMixUpServer(scene)
        scene.castAttacker(attacker.origin)
        try {
          if (scene.isAgentHeedless) await runHeedlessAgent(scene, attacker)
          else if ((await runAgent(scene, attacker)) !== 'issuer_mismatch') throw new Error('the agent did not leave')
          const [form] = attacker.caught
          if (form === undefined) return noAnswer('client_stops')
          const proof = await proveToken(scene, await createAgentKey(), await obtainTokenNonce(scene))
          return await asAttacker(() => postToken(scene, Object.fromEntries(form), { proof }))
        } finally {
          await attacker.close()
        }
      },
      stoppedBy: 'client_stops',
      status: 0,
    },
  ],
}
