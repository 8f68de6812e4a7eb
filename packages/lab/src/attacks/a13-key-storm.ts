/** A13: calls with invented key ids, as many as the attacker can send, while the key server fails. */
import assert from 'node:assert/strict'
import { decodeProtectedHeader } from 'jose'
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { modernHeaders, obtainNonce, obtainToken, toolCall } from '../scene/agent.ts'
import { publishedBy, type Scene } from '../scene/scene.ts'
import { type Answer, send, signProof } from '../scene/wire.ts'

const body = toolCall('read_notes')

/** Those who ask together wait for one fetch, so the storm comes in gusts. */
const gusts = 12
const callsInGust = 10

/** What is bounded: fetches from one key server in a minute. */
const fetchesPerMinute = 5

/** An agent with a good attestation, whose calls can say that theirs is under another key. */
async function prepareCaller(scene: Scene) {
  const { resource: url } = scene.a
  const { token, key } = await obtainToken(scene)
  const good = await publishedBy(scene).attest('issuer', { clientId: scene.client.clientId, key })
  const nonce = await obtainNonce(url)
  const [, payload, signature] = good.split('.')

  async function call(attestation: string): Promise<Answer> {
    const dpop = await signProof(key, { url, token, nonce, content: body })
    const headers = { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }
    return send(url, { headers: { ...headers, 'oauth-client-attestation': attestation }, body })
  }

  /** The good one, under a name that nobody ever used. */
  function invent(index: number): string {
    const header = { ...decodeProtectedHeader(good), kid: `invented-${index}` }
    return [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.')
  }

  return { callGood: () => call(good), callInvented: (index: number) => call(invent(index)) }
}

/** The attacker is after the key server: what its calls are answered is all the same to it. */
async function storm(scene: Scene): Promise<Answer> {
  const { server } = publishedBy(scene)
  const caller = await prepareCaller(scene)
  assert.equal((await caller.callGood()).status, 200)
  server.answering = 'failing'
  let last: Answer | undefined
  for (let gust = 0; gust < gusts; gust++) {
    const calls = Array.from({ length: callsInGust }, (_, index) => caller.callInvented(gust * callsInGust + index))
    const answers = await asAttacker(() => Promise.all(calls))
    last = answers.at(-1)
    // Whatever becomes of the storm, the good ones go on.
    assert.equal((await caller.callGood()).status, 200)
  }
  const asked = server.asked()
  if (last !== undefined && asked <= fetchesPerMinute) return last
  return {
    status: 200,
    headers: {},
    body: `the key server was asked ${asked} times`,
    code: undefined,
    nonce: undefined,
  }
}

/** Every unknown name is a reason to look. */
export const keyStorm: Attack = {
  id: 'A13',
  title: 'A storm of invented key ids against a failing key server',
  source: { document: 'threat-analysis', section: '4.3 JWKS Cache Poisoning' },
  needs: 'a server that looks for every key that it does not know, as often as it is asked to',
  steps: [
    'The key server of an issuer fails.',
    'The attacker sends attestations under key ids that nobody ever used, one after the other.',
  ],
  analog: 'Ringing at every door of a house, so that the porter never sits down.',
  variants: [
    {
      title: 'A storm of invented key ids',
      common: { guard: { attestation: 'required' }, keys: { plain: true } },
      weakened: { weakSettings: ['eager_keys'] },
      run: storm,
      stoppedBy: 'attestation_invalid',
      status: 403,
    },
  ],
}
