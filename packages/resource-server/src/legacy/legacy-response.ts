/** Answers to clients of the legacy carriage: what came of their attestation, and the session that it holds for. */
import type { Rejection } from '@countersign/core'
import type { Call } from '../call.ts'
import type { GuardContext } from '../guard-context.ts'
import { describeVerification } from './legacy-capability.ts'
import { describeLegacyError } from './legacy-error.ts'
import { putCapability } from './put-capability.ts'

/**
 * A refusal as the client of such an `initialize` understands it: a JSON-RPC error, with the status 200 of every answer
 * to a request, as those clients read no other. `undefined` for all other calls, and for what concerns no attestation.
 */
export function createLegacyRefusal(
  { legacy: call }: Call,
  { rejection, nonce }: { readonly rejection: Rejection; readonly nonce?: string },
  { legacy }: GuardContext,
): Response | undefined {
  if (call?.request === undefined || legacy === undefined) return undefined
  const text = describeLegacyError(rejection, call.request.id, legacy)
  if (text === undefined) return undefined
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  if (nonce !== undefined) headers.set('dpop-nonce', nonce)
  return new Response(text, { headers })
}

/** The handler's answer, which says in addition what came of the attestation; every other answer as it is. */
export async function completeLegacyAnswer(
  answer: Response,
  { legacy: call }: Call,
  context: GuardContext,
): Promise<Response> {
  const { legacy } = context
  if (call?.request === undefined || legacy === undefined || !answer.ok) return answer
  const { request, attestation } = call
  return putCapability(answer, request.id, describeVerification(legacy, attestation?.level))
}

/**
 * The id of the session that an answer belongs to, as it is to be sealed. A session that begins with an attestation has
 * one of ours, whether or not the handler keeps sessions; it keeps that id, and what was attested ends with it.
 */
export function nameSession(
  answer: Response,
  { legacy: call, incoming }: Call,
  { legacy }: GuardContext,
): string | null {
  const handlerId = answer.headers.get('mcp-session-id')
  if (call === undefined || legacy === undefined) return handlerId
  const { sessionId, attestation } = call
  const begins = attestation !== undefined && answer.ok
  if (sessionId !== undefined && (begins || incoming.method === 'DELETE')) legacy.sessions.end(sessionId)
  if (begins) return legacy.sessions.begin(attestation, handlerId ?? undefined)
  return handlerId === null ? null : (sessionId ?? handlerId)
}
