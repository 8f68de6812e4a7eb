/** An agent that writes notes: each acknowledged one is kept, and none is written twice. */

import { randomUUID } from 'node:crypto'
import {
  callTool,
  clientCredentials,
  createAgentKey,
  type Grounds,
  type Holder,
  obtainTokenNonce,
  postToken,
  prepareCall,
  proveToken,
  type Sending,
  send,
  tokensOf,
  toolCall,
} from '@countersign/lab'
import { expect } from 'vitest'
import type { Actor } from './actor.ts'

interface Writing {
  readonly text: string
  readonly request: Sending
}

export async function createWriterActor(grounds: Grounds): Promise<Actor> {
  const { resource } = grounds.a
  const key = await createAgentKey()
  const written: Writing[] = []
  const uncertain: Writing[] = []
  let holder: Holder | undefined
  let looked = 0

  const obtainHolder = async (): Promise<Holder> => {
    const proof = await proveToken(grounds, key, await obtainTokenNonce(grounds))
    const answer = await postToken(grounds, await clientCredentials(grounds, 'notes:read notes:write'), { proof })
    return { token: tokensOf(answer).access, key }
  }
  /** The texts of all notes, the newest first. */
  const readAll = async (by: Holder): Promise<string[]> => {
    const texts: string[] = []
    for (let before: number | undefined; ; ) {
      const page = { limit: 100, ...(before === undefined ? {} : { before }) }
      const answer = await callTool(by, resource, toolCall('read_notes', page))
      expect(answer.status).toBe(200)
      const { result } = JSON.parse(answer.body) as {
        result: { structuredContent: { notes: { id: number; text: string }[] } }
      }
      const { notes } = result.structuredContent
      texts.push(...notes.map(({ text }) => text))
      before = notes.at(-1)?.id
      if (before === undefined || notes.length < 100) return texts
    }
  }

  return {
    get acknowledged() {
      return written.length
    },
    async work() {
      holder ??= await obtainHolder()
      for (;;) {
        const text = randomUUID()
        const writing = { text, request: await prepareCall(holder, resource, toolCall('write_note', { text })) }
        uncertain.push(writing)
        const answer = await send(resource, writing.request)
        expect(answer.status).toBe(200)
        written.push(writing)
        uncertain.pop()
      }
    },
    async verify() {
      holder ??= await obtainHolder()
      for (const { request } of [...written.slice(looked).slice(-3), ...uncertain.slice(-1)]) {
        expect((await send(resource, request)).status, 'a captured call is refused after a restart').toBe(401)
      }
      looked = written.length
      const texts = await readAll(holder)
      expect(new Set(texts).size, 'no note is there twice').toBe(texts.length)
      expect(
        written.filter(({ text }) => !texts.includes(text)),
        'a note that was acknowledged is there',
      ).toEqual([])
    },
  }
}
