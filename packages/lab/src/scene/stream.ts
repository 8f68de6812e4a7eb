/** An answer that is read while it comes: a stream of events, which either side may end. */
import { request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { noteRequest } from '../recording/recording.ts'
import { type Answer, readCode, type Sending } from './wire.ts'

/** An answer whose headers are there. */
export interface Stream {
  readonly status: number
  /** Waits until this came, until the server ends the stream, or for so many milliseconds; yields whether it came. */
  hear(text: string, ms: number): Promise<boolean>
  /** True once the server has ended it. */
  isEnded(): boolean
  /** Leaves, and yields what came until then. */
  leave(): Answer
}

/** Sends one request on a connection of its own, and listens. */
export function openStream(url: string, { method = 'POST', headers = {}, body }: Sending): Promise<Stream> {
  const noteAnswer = noteRequest({ method, url, headers, body: body?.toString() ?? '' })
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      const { statusCode: status = 0, headers: received } = response
      let text = ''
      let isEnded = false
      const ended = new Promise<void>((end) => {
        response.on('end', () => {
          isEnded = true
          end()
        })
      })
      const comes = (awaited: string): Promise<void> =>
        new Promise((come) => {
          response.on('data', () => {
            if (text.includes(awaited)) come()
          })
        })
      response.on('data', (chunk) => {
        text += chunk
      })
      resolve({
        status,
        isEnded: () => isEnded,
        async hear(awaited, ms) {
          if (!text.includes(awaited)) await Promise.race([comes(awaited), ended, setTimeout(ms)])
          return text.includes(awaited)
        },
        leave() {
          outgoing.destroy()
          noteAnswer({ status, headers: received, body: text })
          return { status, headers: received, body: text, code: readCode(text), nonce: undefined }
        },
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
