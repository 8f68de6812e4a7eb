/** Whether a token's scopes decide what it may call, tool by tool. Only tools that say that they are read-only are called. */
import { type AuditContext, type Check, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import type { Exchange } from '../probe/exchange.ts'
import { readTexts } from '../target/json-document.ts'
import { sampleArguments } from '../target/sample-arguments.ts'
import { isServed } from '../target/speech.ts'
import type { Tool } from '../target/tools.ts'
import { specifications } from './specifications.ts'

/** How much is tried at the most: each scope with each tool. */
const MAX_SCOPES = 6
const MAX_TOOLS = 6

const unscoped: Weakness = {
  id: 'scope_not_enforced',
  severity: 'high',
  title: 'Every scope opens every tool',
  spec: {
    sentence: 'insufficient_scope: The request requires higher privileges than provided by the access token.',
    link: specifications.rfc6750('3.1'),
  },
  fix: 'Declare for each tool which scopes it takes, and answer 403 insufficient_scope where they are missing.',
}

/** The check. */
export const toolScope: Check = {
  name: 'tool_scope',
  title: 'Do the scopes of a token decide which tools it opens?',
  weaknesses: [unscoped],
  async run(context) {
    const { target, settings } = context
    if (target.stranger.served) return skip('the server serves strangers')
    if (target.holder?.served !== true || settings.obtain === undefined) {
      return skip('it takes several tokens: give --client, so that they can be had')
    }
    const tools = target.tools.filter(({ readOnly }) => readOnly || settings.allowWrites === true).slice(0, MAX_TOOLS)
    if (tools.length === 0) return skip('no tool says that it is read-only; --allow-writes calls the others')
    const known = [...readTexts(target.resourceMetadata?.document, 'scopes_supported'), ...(settings.scopes ?? [])]
    const scopes = [...new Set(known)].slice(0, MAX_SCOPES)
    if (scopes.length < 2) return skip('fewer than two scopes are known: name them with --scope')
    return tryScopes(context, scopes, tools)
  },
}

/** Finds the weakness only where no combination at all was refused: which scope opens which tool is not ours to know. */
async function tryScopes(
  context: AuditContext,
  scopes: readonly string[],
  tools: readonly Tool[],
): Promise<ReturnType<typeof skip> | readonly Sighting[]> {
  const answers: Exchange[] = []
  let tokens = 0
  for (const scope of scopes) {
    const token = await obtainScoped(context, scope)
    if (token === undefined) continue
    tokens += 1
    for (const tool of tools) {
      const answer = await callWith(context, token, tool)
      if (!isServed(answer)) return []
      answers.push(answer)
    }
  }
  if (tokens < 2) return skip('tokens with single scopes cannot be had')
  const detail = `${tools.length} tools were each called with ${tokens} tokens of a single scope, and all were answered.`
  return [sight(context, unscoped, detail, ...answers.slice(0, 2))]
}

async function obtainScoped({ settings, target, probe }: AuditContext, scope: string): Promise<string | undefined> {
  const token = await settings.obtain?.({ resource: target.url.href, scopes: [scope] }).catch(() => undefined)
  if (token !== undefined) probe.conceal('token', token)
  return token
}

async function callWith({ target }: AuditContext, token: string, tool: Tool): Promise<Exchange> {
  const caller = target.holder?.caller ?? target.stranger.caller
  const scheme = caller.holder?.key === undefined ? 'Bearer' : 'DPoP'
  const params = { name: tool.name, arguments: sampleArguments(tool.inputSchema) }
  return caller.call({ method: 'tools/call', params, variation: { authorization: [`${scheme} ${token}`] } })
}
