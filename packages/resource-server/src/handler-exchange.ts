/** What passes between the guard and the handler behind it: a request without credentials, a response bound to its caller. */
import { createAuthInfo } from './auth-info.ts'
import { type Call, established } from './call.ts'
import { sealAnswer } from './continuations/seal-answer.ts'
import type { Decision } from './decision.ts'
import type { GuardContext } from './guard-context.ts'
import type { McpHandler } from './guarded-server.ts'
import { completeLegacyAnswer, nameSession } from './legacy/legacy-response.ts'
import type { Policy } from './policy.ts'
import { bindStream, type StreamLease } from './sessions/token-bound-stream.ts'

/** Credentials, which no handler needs any more. */
const credentialHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'dpop',
  'oauth-client-attestation',
  'oauth-client-attestation-pop',
  'proxy-authorization',
])

/** What is the guard's own, and what described the connection or the bytes that we read. */
const withheldHeaders: ReadonlySet<string> = new Set([
  'mcp-session-id',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Lets the handler answer a call that was allowed. */
export async function exchange(
  handler: McpHandler,
  call: Call,
  decision: Extract<Decision, { allowed: true }>,
  context: GuardContext,
  { boundStreams, withholdsCredentials }: Policy,
): Promise<Response> {
  const given = await handler.fetch(createHandlerRequest(call, withholdsCredentials), {
    authInfo: createAuthInfo(decision.caller, context.resource),
    ...(decision.body === undefined ? {} : { parsedBody: decision.body }),
  })
  const sealing = sealAnswer(given, call, context)
  const sealed = sealing instanceof Promise ? await sealing : sealing
  const answer = call.legacy === undefined ? sealed : await completeLegacyAnswer(sealed, call, context)
  // Answers may be immutable (`Response.redirect`, a fetched one), so the headers are copied.
  const response = new Response(boundStreams ? bindBody(answer, call, context) : answer.body, answer)
  if (decision.nonce !== undefined) response.headers.set('dpop-nonce', decision.nonce)
  const sessionId = nameSession(answer, call, context)
  if (sessionId !== null)
    response.headers.set('mcp-session-id', await context.sessions.seal(sessionId, decision.caller))
  return response
}

/** The request as the handler sees it: without credentials, so that no tool can pass them on. */
function createHandlerRequest({ incoming, body, sessionId }: Call, withholdsCredentials: boolean): Request {
  const headers = new Headers()
  for (const name of incoming.headerNames()) {
    const isWithheld = withheldHeaders.has(name) || (withholdsCredentials && credentialHeaders.has(name))
    if (!isWithheld) for (const value of incoming.header(name)) headers.append(name, value)
  }
  if (sessionId !== undefined) headers.set('mcp-session-id', sessionId)
  const content = body === undefined ? null : JSON.stringify(body)
  return new Request(incoming.url, { method: incoming.method, headers, body: content })
}

/** Streams of events may never end by themselves; a plain body is whole already. */
function bindBody(answer: Response, call: Call, context: GuardContext): ReadableStream<Uint8Array> | null {
  const streams = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
  return answer.body === null || !streams ? answer.body : bindStream(answer.body, createLease(call, context))
}

/** How long the call's token lasts, and who will tell if that is not as long as it says. */
function createLease(call: Call, { clock, revocations }: GuardContext): StreamLease {
  const token = established(call.token)
  return {
    seconds: token.expires - clock(),
    onRevoked(end) {
      const stopWatching = revocations.watch(token, established(call.credentials).token)
      const endRevoked = () => {
        if (revocations.isRevoked(token)) end()
      }
      const stopListening = revocations.onChange(endRevoked)
      // The handler took its time, and nobody was listening yet.
      endRevoked()
      return () => {
        stopWatching()
        stopListening()
      }
    },
  }
}
