/** Whether the server hands its caller's token on, or fetches for its caller what only it can reach. A collector on this machine listens. */
import { isLoopbackHost } from '@countersign/core'
import { type AuditContext, type Check, sight, skip } from '../check.ts'
import { type Collector, openCollector } from '../collector.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { sampleArguments } from '../target/sample-arguments.ts'
import { findUrlArguments } from '../target/url-arguments.ts'
import { specifications } from './specifications.ts'

const MAX_CALLS = 6

/** Milliseconds that a server gets to come by after it answered. */
const PATIENCE_MS = 300

const passed: Weakness = {
  id: 'token_passthrough',
  severity: 'high',
  title: 'The server hands the token of its caller on to others',
  spec: {
    sentence: 'The MCP server MUST NOT pass through the token it received from the MCP client.',
    link: specifications.mcpAuthorization('access-token-privilege-restriction'),
  },
  fix: 'Get a token of the server’s own for every upstream, and strip Authorization and DPoP from what is forwarded.',
}

const reached: Weakness = {
  id: 'fetches_internal_urls',
  severity: 'medium',
  title: 'A tool fetches URLs that lead inside',
  spec: {
    sentence:
      'SSRF flaws occur whenever a web application is fetching a remote resource without validating the user-supplied URL.',
    link: 'https://owasp.org/Top10/A10_2021-Server-Side_Request_Forgery_%28SSRF%29/',
  },
  fix: 'Resolve the name once, refuse loopback, private and link-local addresses, connect to the address that was checked.',
}

/** The check. */
export const passthrough: Check = {
  name: 'passthrough',
  title: 'Does the server keep the token of its caller to itself?',
  weaknesses: [passed, reached],
  async run(context) {
    const { target, settings } = context
    if (target.served === undefined) return skip('no call is served')
    if (!isLoopbackHost(target.url.hostname))
      return skip('the server is elsewhere and cannot reach a collector on this machine')
    const tools = target.tools.filter(({ readOnly }) => readOnly || settings.allowWrites === true)
    const fitting = tools.flatMap((tool) => findUrlArguments(tool.inputSchema).map((name) => ({ tool, name })))
    if (fitting.length === 0) return skip('no read-only tool takes a URL')
    const collector = await openCollector()
    try {
      return await sendToCollector(context, collector, fitting.slice(0, MAX_CALLS))
    } finally {
      await collector.close()
    }
  },
}

type Fitting = {
  readonly tool: { readonly name: string; readonly inputSchema: AuditContext['target']['tools'][number]['inputSchema'] }
  readonly name: string
}

async function sendToCollector(
  context: AuditContext,
  collector: Collector,
  fitting: readonly Fitting[],
): Promise<readonly Sighting[]> {
  const caller = context.target.served?.caller
  const sightings: Sighting[] = []
  for (const { tool, name } of fitting) {
    const params = { name: tool.name, arguments: sampleArguments(tool.inputSchema, { [name]: collector.url }) }
    const answer = await caller?.call({ method: 'tools/call', params })
    const visits = await collector.visits(PATIENCE_MS)
    if (answer === undefined || visits.length === 0) continue
    const token = caller?.holder?.token
    const taken = token !== undefined && visits.some((visit) => visit.includes(token))
    const detail = taken ? 'brought the token along.' : 'reached a server on this machine.'
    sightings.push(sight(context, taken ? passed : reached, `${tool.name} with ${name} ${detail}`, answer))
  }
  return sightings
}
