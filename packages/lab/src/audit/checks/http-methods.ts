/** Whether HTTP methods are served that have no meaning here (RFC 9110 §9.3.8, MCP transports). */
import { type Check, sight } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { isServed, phrase } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const CANARY = 'countersign-audit-canary'

const trace: Weakness = {
  id: 'trace_echoes',
  severity: 'medium',
  title: 'TRACE sends back the headers of a request, credentials among them',
  spec: {
    sentence:
      'The final recipient of the request SHOULD exclude any request fields that are likely to contain sensitive data when that recipient generates the response content.',
    link: specifications.rfc9110('9.3.8'),
  },
  fix: 'Answer 405 to TRACE.',
}

const other: Weakness = {
  id: 'messages_by_other_methods',
  severity: 'low',
  title: 'Messages are acted on that come by another method than POST',
  spec: {
    sentence: 'Every JSON-RPC message sent from the client MUST be a new HTTP POST request to the MCP endpoint.',
    link: specifications.mcpTransport('sending-messages-to-the-server'),
  },
  fix: 'Answer 405 to every method but POST, and GET and DELETE where there are sessions.',
}

/** The check. */
export const httpMethods: Check = {
  name: 'http_methods',
  title: 'Are other HTTP methods refused?',
  weaknesses: [trace, other],
  async run(context) {
    const { probe, target } = context
    const headers = [['X-Canary', CANARY]] as const
    const traced = await probe.send({ url: target.url.href, method: 'TRACE', headers })
    const sightings: Sighting[] = []
    if (traced.status === 200 && traced.body.includes(CANARY)) {
      sightings.push(sight(context, trace, 'A TRACE request came back with its headers.', traced))
    }
    const caller = (target.served ?? target.stranger).caller
    const { body } = phrase(caller.speech, 'tools/list')
    for (const method of ['PUT', 'PATCH']) {
      const request = await caller.prepare({ method: 'tools/list', variation: { body, httpMethod: method } })
      const answer = await probe.send(request)
      if (isServed(answer)) sightings.push(sight(context, other, `tools/list by ${method} was answered.`, answer))
    }
    return sightings
  },
}
