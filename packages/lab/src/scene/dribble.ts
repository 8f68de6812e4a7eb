/** A request whose body takes its time. */
import { request } from 'node:http'
import { noteRequest } from '../recording/recording.ts'
import { type Holder, modernHeaders, obtainNonce, toolCall } from './agent.ts'
import type { Deployment } from './deployment.ts'
import { type Answer, readCode, signProof } from './wire.ts'

/** Sends headers and a first octet, and then nothing for so long. */
export async function dribble(
  { a }: Pick<Deployment, 'a'>,
  { token, key }: Holder,
  finishAfterMs: number,
): Promise<Answer> {
  const { resource: url } = a
  const body = toolCall('read_notes')
  const dpop = await signProof(key, { url, token, nonce: await obtainNonce(url), content: body })
  const headers = { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }
  const noteAnswer = noteRequest({ method: 'POST', url, headers, body: body.slice(0, 1) })
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        clearTimeout(finishing)
        outgoing.destroy()
        const answer = { status: response.statusCode ?? 0, headers: response.headers, body: text }
        noteAnswer(answer)
        resolve({ ...answer, code: readCode(text), nonce: undefined })
      })
    })
    outgoing.on('error', reject)
    outgoing.write(body.slice(0, 1))
    const finishing = setTimeout(() => outgoing.end(body.slice(1)), finishAfterMs)
  })
}
