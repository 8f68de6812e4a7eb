/** Checks done the way that they are seen done elsewhere, each with one weakness. */
import { type JsonValue, spendKey } from '@countersign/core'
import { type Call, established } from '../call.ts'
import { attestation } from '../checks/attestation.ts'
import type { Check } from '../checks/check.ts'
import { declared } from '../checks/declared.ts'
import { proof } from '../checks/proof.ts'
import type { SingleUse } from '../checks/single-use.ts'
import { readMessages } from '../policy/message.ts'
import { findRequirements } from '../policy/message-requirement.ts'

/** Compares `htu` with what the request says of itself. */
export const proofForRequestUrl: Check = (call, context) => proof(call, { ...context, endpoint: call.incoming.url })

/** Decodes a proof as lenient decoders do: padding and blanks dropped, stray bits of the last character ignored. */
export const lenientProof: Check = async (call, context) => {
  const header = (name: string) => {
    const values = call.incoming.header(name)
    return name === 'dpop' ? values.map(reencode) : values
  }
  const relaxed: Call = { ...call, incoming: { ...call.incoming, header } }
  const objection = await proof(relaxed, context)
  if (relaxed.proof !== undefined) call.proof = relaxed.proof
  if (relaxed.epochId !== undefined) call.epochId = relaxed.epochId
  return objection
}

function reencode(text: string): string {
  const segments = text.replaceAll(' ', '').split('.')
  return segments.map((segment) => Buffer.from(segment, 'base64url').toString('base64url')).join('.')
}

/** Knows proofs by the bytes that they came in. */
export const singleUseByBytes: SingleUse = async (call, { verifier }) => {
  if (call.proof === undefined) return undefined
  const key = await spendKey(verifier, call.incoming.header('dpop'))
  const { issued, retainUntil: until } = call.proof
  return { kind: 'proof', key, limit: 1, issued, until }
}

/** Keeps no proof id. */
export const noSingleUse: SingleUse = () => undefined

/** Takes whoever names a session to be its owner. */
export const anyonesSession: Check = (call) => {
  const [sealed] = call.incoming.header('mcp-session-id')
  if (sealed !== undefined) call.sessionId = sealed.slice(0, sealed.lastIndexOf('.'))
  return undefined
}

/** Takes what is not in the tables to need nothing. */
export const undeclaredIsOpen: Check = (call, context) => {
  call.requirements = established(call.messages).flatMap((message) => {
    const found = findRequirements(message, context.requirements)
    return found.ok ? found.value : []
  })
  call.judged = established(call.messages)
  return undefined
}

/** Judges the first message of a batch, and takes the others along. */
export const firstMessageOnly: Check = (call, context) => {
  const { messages } = call
  call.messages = established(messages).slice(0, 1)
  const objection = declared(call, context)
  call.messages = established(messages)
  return objection
}

/** Parses as `JSON.parse` does: of two members of one name the last wins. */
export const lenientMessage: Check = (call, { limits }) => {
  const body = JSON.parse(new TextDecoder().decode(established(call.content))) as JsonValue
  const messages = readMessages(body, limits.batchLength)
  if (!messages.ok) return messages
  call.body = body
  call.messages = messages.value
  return undefined
}

/** Takes an attestation that is not good to be none. */
export const forgedIsMissing: Check = async (call, context) => {
  await attestation(call, context)
  return undefined
}
