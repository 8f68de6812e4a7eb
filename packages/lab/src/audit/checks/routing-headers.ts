/** Whether headers and message may disagree: what a gateway judges is then not what is done. */
import { type AuditContext, type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { isServed, phrase } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const mismatch: Weakness = {
  id: 'header_mismatch_served',
  severity: 'medium',
  title: 'Calls are served whose headers name another method than their body',
  spec: {
    sentence:
      'Servers that process the request body MUST reject requests where the values specified in the headers do not match the corresponding values in the request body.',
    link: 'https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation',
  },
  fix: 'Compare Mcp-Method and Mcp-Name with the body, and answer 400 where they differ.',
}

const version: Weakness = {
  id: 'unknown_version_served',
  severity: 'low',
  title: 'Calls of a protocol version that does not exist are served',
  spec: {
    sentence:
      'If the server receives a request with an invalid or unsupported MCP-Protocol-Version, it MUST respond with 400 Bad Request.',
    link: specifications.mcpTransport('protocol-version-header'),
  },
  fix: 'Answer 400 to versions that the server does not know.',
}

const batch: Weakness = {
  id: 'batch_served',
  severity: 'low',
  title: 'Several messages in one request are acted on',
  spec: {
    sentence: 'The body of the POST request MUST be a single JSON-RPC request, notification, or response.',
    link: specifications.mcpTransport('sending-messages-to-the-server'),
  },
  fix: 'Refuse arrays, or judge every message of a batch by itself.',
}

/** The check. */
export const routingHeaders: Check = {
  name: 'routing_headers',
  title: 'Is a call refused whose headers and body disagree?',
  weaknesses: [mismatch, version, batch],
  async run(context) {
    if (context.target.served === undefined) return skip(NO_SERVED_CALL)
    return [...(await disagree(context)), ...(await claimVersion(context)), ...(await sendBatch(context))]
  },
}

async function disagree(context: AuditContext): Promise<readonly Sighting[]> {
  const caller = context.target.served?.caller
  // Sessions know no such headers.
  if (caller?.speech.era !== 'modern') return []
  const variation = { without: ['mcp-method'], headers: [['Mcp-Method', 'ping']] as const }
  const answer = await caller.call({ method: 'tools/list', variation })
  return isServed(answer) ? [sight(context, mismatch, 'tools/list with Mcp-Method: ping was answered.', answer)] : []
}

async function claimVersion(context: AuditContext): Promise<readonly Sighting[]> {
  const variation = {
    without: ['mcp-protocol-version'],
    headers: [['MCP-Protocol-Version', '1999-12-31']] as const,
  }
  const answer = await context.target.served?.caller.call({ method: 'tools/list', variation })
  if (answer === undefined || !isServed(answer)) return []
  return [sight(context, version, 'tools/list of version 1999-12-31 was answered.', answer)]
}

async function sendBatch(context: AuditContext): Promise<readonly Sighting[]> {
  const caller = context.target.served?.caller
  // Older versions knew batches.
  if (caller === undefined || caller.speech.version < '2025-06-18') return []
  const { body } = phrase(caller.speech, 'tools/list')
  const second = body.replace('"id":1', '"id":2')
  const answer = await caller.call({ method: 'tools/list', variation: { body: `[${body},${second}]` } })
  const answered = answer.status === 200 && answer.body.split('"result"').length > 1
  return answered ? [sight(context, batch, 'An array of two calls was answered.', answer)] : []
}
