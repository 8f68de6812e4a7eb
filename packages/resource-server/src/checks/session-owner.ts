/** A session belongs to whoever opened it: same issuer, user, client and key (MCP, Session Hijacking). */
import { refuse } from '@countersign/core'
import { describeCaller } from '../call.ts'
import type { Check } from './check.ts'

/** Establishes `sessionId`, the handler's own. To anybody else the session does not exist: 404, and a client begins anew. */
export const sessionOwner: Check = (call, { sessions }) => {
  const sent = call.incoming.header('mcp-session-id')
  const sealed = sent[0]
  if (sealed === undefined) return undefined
  if (sent.length > 1) return refuse('malformed_request', 'several_session_ids')
  return sessions.open(sealed, describeCaller(call)).then((sessionId) => {
    if (sessionId === undefined) return refuse('session_not_found')
    call.sessionId = sessionId
    return undefined
  })
}
