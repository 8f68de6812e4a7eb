/** X19: another client uses a session id, or opens its stream; a stream outlives its token. */
import { setTimeout } from 'node:timers/promises'
import { type NotesStore, notesServer } from '@countersign/notes-server'
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import { decodeJwt } from 'jose'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { type Holder, obtainToken, prepareCall, rpc } from '../scene/agent.ts'
import { legacyCall, openSession, prepareLegacy } from '../scene/legacy-session.ts'
import type { Scene } from '../scene/scene.ts'
import { createSessionfulHandler } from '../scene/sessionful-handler.ts'
import { openStream, type Stream } from '../scene/stream.ts'
import { type Answer, send } from '../scene/wire.ts'

/** The handler behind each server, by the server's notes. */
const handlers = new WeakMap<NotesStore, McpHttpHandler>()

function createToldHandler(notes: NotesStore): McpHttpHandler {
  const handler = createMcpHandler(() => notesServer(notes))
  handlers.set(notes, handler)
  return handler
}

const listening = {
  handler: createToldHandler,
  guard: { methods: { 'subscriptions/listen': { scopes: ['notes:read'] } } },
}

async function listen({ a }: Scene, holder: Holder): Promise<Stream> {
  const body = rpc('subscriptions/listen', { notifications: { toolsListChanged: true } })
  return openStream(a.resource, await prepareCall(holder, a.resource, body))
}

/** How long news may take, and the end of a stream, in milliseconds. */
const PATIENCE_MS = 2_000

/** The server has news; yields what the listener got to know of them. */
async function hearNews({ a }: Scene, stream: Stream): Promise<Answer> {
  handlers.get(a.notes)?.notify.toolsChanged()
  const heard = await stream.hear('notifications/tools/list_changed', PATIENCE_MS)
  const answer = stream.leave()
  return heard || !stream.isEnded() ? answer : { ...answer, code: 'stream_closed' }
}

/** Somebody else's session, by its id and another agent's token. */
function inSomebodysSession(title: string, use: (session: string, thief: Holder, scene: Scene) => Promise<Answer>) {
  return {
    title,
    common: { handler: createSessionfulHandler },
    weakened: { weak: ['anyones_session'] },
    async run(scene) {
      const session = await openSession(await obtainToken(scene), scene)
      return asAttacker(async () => use(session, await obtainToken(scene), scene))
    },
    stoppedBy: 'session_not_found',
    status: 404,
  } satisfies AttackVariant
}

/** Who knows the id of a session is not its owner, and who opened a stream does not own it for ever. */
export const sessionsAndStreams: Attack = {
  id: 'X19',
  title: "Another agent calls in somebody's session; a stream outlives its token",
  source: { document: 'ours', section: 'sessions and streams' },
  needs: 'a server that takes the id of a session for a credential, or looks at a token once and never again',
  steps: [
    "The attacker finds the id of somebody's session, which stands in logs and traces.",
    'It calls in that session, or opens its stream, with a token of its own.',
    'Or it has a stream of events open, and goes on listening when its token has ended or was revoked.',
  ],
  analog: 'A cloakroom ticket: whoever shows the number gets the coat. A guest who stays in the room after check-out.',
  variants: [
    inSomebodysSession("A call in somebody's session", async (session, thief, { a }) => {
      const body = JSON.stringify(legacyCall(2, 'read_notes'))
      return send(a.resource, await prepareLegacy(thief, a.resource, { body, session }))
    }),
    inSomebodysSession("The stream of somebody's session", async (session, thief, { a }) => {
      const stream = await openStream(a.resource, await prepareLegacy(thief, a.resource, { method: 'GET', session }))
      if (stream.status !== 200) await stream.hear('}', PATIENCE_MS)
      return stream.leave()
    }),
    {
      title: 'A stream whose token has ended',
      common: { ...listening, accessTokenLifetime: 2 },
      weakened: { weak: ['endless_streams'] },
      async run(scene) {
        const stream = await listen(scene, await obtainToken(scene))
        await setTimeout(PATIENCE_MS + 100)
        return hearNews(scene, stream)
      },
      stoppedBy: 'stream_closed',
      status: 200,
    },
    {
      title: 'A stream whose token was revoked',
      common: listening,
      weakened: { weak: ['endless_streams'] },
      async run(scene) {
        const holder = await obtainToken(scene)
        const stream = await listen(scene, holder)
        await scene.revoke({ token: String(decodeJwt(holder.token).jti) })
        await setTimeout(PATIENCE_MS)
        return hearNews(scene, stream)
      },
      stoppedBy: 'stream_closed',
      status: 200,
    },
  ],
}
