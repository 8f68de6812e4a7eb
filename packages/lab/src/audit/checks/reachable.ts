/** Whether there is an MCP server at all, that answers in time and at the place that was named. */
import type { Check } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { type Exchange, readHeader } from '../probe/exchange.ts'
import { isMcp } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const endpoint = {
  sentence:
    'The server MUST provide a single HTTP endpoint path (hereafter referred to as the MCP endpoint) that supports both POST and GET methods.',
  link: specifications.mcpTransport('streamable-http'),
}

const unreachable: Weakness = {
  id: 'target_unreachable',
  severity: 'high',
  title: 'The server does not answer',
  spec: endpoint,
  fix: 'Start the server, and check host, port and scheme of the URL.',
}

const malfunctioning: Weakness = {
  id: 'target_malfunctioning',
  severity: 'high',
  title: 'The answer is no whole HTTP response: it never ends, breaks off, or is no HTTP',
  spec: endpoint,
  fix: 'See what stands in front of the server; answers end, and within seconds.',
}

const redirects: Weakness = {
  id: 'endpoint_redirects',
  severity: 'medium',
  title: 'The endpoint redirects, and clients that follow may take their token along',
  spec: {
    sentence:
      'MCP clients MUST NOT send tokens to the MCP server other than ones issued by the MCP server’s authorization server.',
    link: specifications.mcpAuthorization('token-handling'),
  },
  fix: 'Name the final URL to clients, and audit that one; the endpoint itself redirects nowhere.',
}

const notMcp: Weakness = {
  id: 'not_mcp',
  severity: 'high',
  title: 'What answers is no MCP server',
  spec: endpoint,
  fix: 'Name the URL of the MCP endpoint, such as https://host/mcp.',
}

/** A 401, 403 or 429 says nothing of what stands behind. */
function mayBeMcp(answer: Exchange): boolean {
  return isMcp(answer) || [401, 403, 429, 503].includes(answer.status)
}

/** The check. */
export const reachable: Check = {
  name: 'reachable',
  title: 'Is there an MCP server that answers?',
  weaknesses: [unreachable, malfunctioning, redirects, notMcp],
  async run({ probe, target: { url, stranger, holder } }) {
    const { answer } = holder ?? stranger
    const see = (weakness: Weakness, detail: string) => [{ weakness, detail, evidence: probe.evidence(answer) }]
    if (answer.status === 0 && (answer.failure === 'not_http' || answer.failure === 'connection_closed')) {
      return see(malfunctioning, `The connection to ${url.host} ended without an HTTP response.`)
    }
    if (answer.status === 0) return see(unreachable, `No answer from ${url.host} (${answer.failure ?? 'none'}).`)
    if (answer.failure !== undefined) return see(malfunctioning, `The answer had no end (${answer.failure}).`)
    if (answer.status >= 300 && answer.status < 400) {
      const to = URL.parse(readHeader(answer, 'location') ?? '', url)
      return see(redirects, `Status ${answer.status} leads to ${to?.host ?? 'nowhere'}; it was not followed.`)
    }
    return mayBeMcp(answer) ? [] : see(notMcp, `Status ${answer.status}, and no JSON-RPC message in the body.`)
  },
}
