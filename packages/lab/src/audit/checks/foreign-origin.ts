/** Whether a web page of somebody else can call the server: `Origin`, and what CORS lets the page read. */
import type { AuditContext, Check } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { readHeader } from '../probe/exchange.ts'
import { isServed } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const ORIGIN = 'https://attacker.example'

const rule = {
  sentence:
    'Servers MUST validate the Origin header on all incoming connections to prevent DNS rebinding attacks. If the Origin header is present and invalid, servers MUST respond with HTTP 403 Forbidden.',
  link: specifications.mcpTransport('security-warning'),
}

const served: Weakness = {
  id: 'foreign_origin_served',
  severity: 'medium',
  title: 'Calls from a foreign web page are served',
  spec: rule,
  fix: 'Answer 403 to every Origin that is not on a list of your own.',
}

const readable: Weakness = {
  id: 'cors_any_origin',
  severity: 'medium',
  title: 'CORS lets any web page read the answers',
  spec: rule,
  fix: 'Send Access-Control-Allow-Origin for the origins on your list alone, never * and never what the request said.',
}

/** The check. */
export const foreignOrigin: Check = {
  name: 'foreign_origin',
  title: 'Is a call from a foreign web page refused?',
  weaknesses: [served, readable],
  async run(context) {
    return [...(await callFromAbroad(context)), ...(await preflightFromAbroad(context))]
  },
}

async function callFromAbroad({ probe, target }: AuditContext): Promise<readonly Sighting[]> {
  const caller = (target.served ?? target.stranger).caller
  const answer = await caller.call({ method: 'tools/list', variation: { headers: [['Origin', ORIGIN]] } })
  // A stranger's 401 says nothing of what the holder of a token would get.
  if (!isServed(answer)) return []
  return [
    { weakness: served, detail: `tools/list with Origin ${ORIGIN} was answered.`, evidence: probe.evidence(answer) },
  ]
}

async function preflightFromAbroad({ probe, target: { url } }: AuditContext): Promise<readonly Sighting[]> {
  const answer = await probe.send({
    url: url.href,
    method: 'OPTIONS',
    headers: [
      ['Origin', ORIGIN],
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', 'authorization,content-type'],
    ],
  })
  const allowed = readHeader(answer, 'access-control-allow-origin')
  if (allowed !== '*' && allowed !== ORIGIN) return []
  const detail = `The preflight of ${ORIGIN} was answered with Access-Control-Allow-Origin: ${allowed}.`
  return [{ weakness: readable, detail, evidence: probe.evidence(answer) }]
}
