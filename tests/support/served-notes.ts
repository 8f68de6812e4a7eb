/** The guarded notes server as anybody would write it, for tests that bring their own issuer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GuardEvent } from '@countersign/core'
import { createNotes, notesPolicy, notesServer } from '@countersign/notes-server'
import { createGuard, type GuardOptions, type IssuerTrust } from '@countersign/resource-server'
import { closeServer, createNodeListener, hardenServer, listen } from '@countersign/resource-server/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { afterAll } from 'vitest'

/** A guarded notes server that listens. */
export interface ServedNotes {
  readonly resource: string
  /** What its guard has told. */
  readonly events: GuardEvent[]
}

/** A place to serve at, before anybody does: who issues tokens for it may have to know its name first. */
export interface NotesPlace {
  readonly resource: string
  /** `trust` is all that it says of its issuer. */
  serve(trust: IssuerTrust, options?: Partial<GuardOptions>): Promise<ServedNotes>
}

/** Yields how to take a place; all that was served is closed after the last test of the file. */
export function useNotesPlaces(): () => Promise<NotesPlace> {
  const closing: (() => Promise<void>)[] = []
  afterAll(() => Promise.all(closing.map((close) => close())))
  return async () => {
    const http = createServer()
    await listen(http, 0, '127.0.0.1')
    closing.push(() => closeServer(http, 0))
    const resource = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
    return {
      resource,
      async serve(trust, options = {}) {
        const data = mkdtempSync(join(tmpdir(), 'countersign-notes-'))
        const notes = createNotes({ path: join(data, 'notes.sqlite') })
        closing.push(async () => {
          notes.close()
          rmSync(data, { recursive: true })
        })
        const events: GuardEvent[] = []
        const guard = createGuard({
          resource,
          authorizationServers: [trust],
          ...notesPolicy,
          events: (event) => events.push(event),
          ...options,
        })
        const server = guard.protect(createMcpHandler(() => notesServer(notes)))
        await server.ready()
        answerWith(http, createNodeListener(server))
        return { resource, events }
      },
    }
  }
}

function answerWith(http: Server, listener: ReturnType<typeof createNodeListener>): void {
  hardenServer(http)
  http.on('request', listener)
}

/** Takes a place and serves there at once. */
export function useServedNotes(): (trust: IssuerTrust, options?: Partial<GuardOptions>) => Promise<ServedNotes> {
  const takePlace = useNotesPlaces()
  return async (trust, options) => (await takePlace()).serve(trust, options)
}
