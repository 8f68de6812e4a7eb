/** `countersign call`: acts as an attested, sender-bound agent, and lists or calls the tools of a server. */
import { createAgent } from '@countersign/client'
import { isLoopbackHost } from '@countersign/core'
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit.ts'
import { printableJson } from '../terminal/printable.ts'
import { withProgress } from '../terminal/progress.ts'
import { createApproval } from './approval.ts'
import { explainFailure } from './failure.ts'
import { chooseIdentity, type IdentityOptions } from './identity.ts'
import { describeResult, describeTools } from './results.ts'
import { parseArguments, parseJsonArguments, type ToolArguments } from './tool-arguments.ts'

/** The flags. */
export interface CallOptions extends IdentityOptions {
  readonly arg: readonly string[]
  readonly jsonArgs?: string
  readonly list?: true
  readonly yes?: true
  readonly era: keyof typeof ERAS
  readonly json?: true
}

/** How the client agrees on a protocol version. */
const ERAS = { auto: 'auto', legacy: 'legacy', modern: { pin: '2026-07-28' } } as const

/** Calls `tool`, or lists the tools; rejects with `CommandFailed`. */
export async function runCall(
  resource: string,
  tool: string | undefined,
  options: CallOptions,
  context: Context,
): Promise<void> {
  const { terminal, finish } = context
  const url = parseResource(resource)
  const given = options.jsonArgs === undefined ? {} : parseJsonArguments(options.jsonArgs)
  const approval = createApproval(options.yes === true, terminal)
  const identity = await chooseIdentity(options, terminal)
  const { credentials, attestation, issuers } = identity
  const client = new Client(
    { name: 'countersign-call', version: '0.1.0' },
    { versionNegotiation: { mode: ERAS[options.era] } },
  )
  try {
    const limits = { ...(issuers !== undefined && { issuers }), ...(attestation !== undefined && { attestation }) }
    const agent = await createAgent({ credentials, approve: approval.approve, ...limits })
    const connecting = client.connect(new StreamableHTTPClientTransport(url, { fetch: agent.fetch }))
    await withProgress(terminal, `Connecting to ${url.host}`, connecting)
    if (tool === undefined) return await listTools(client, options, context)
    const args = { ...given, ...(await typeArguments(client, tool, options.arg)) }
    const calling = client.callTool({ name: tool, arguments: args })
    const result = await withProgress(terminal, `Calling ${tool}`, calling)
    showResult(result, options, context)
    finish(result.isError === true ? 1 : 0)
  } catch (error) {
    throw explainFailure(error, url, approval.refused())
  } finally {
    await client.close()
    await identity.close()
  }
}

/** Plain http only where nobody can listen in. */
function parseResource(text: string): URL {
  const url = URL.parse(text)
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (url !== null && secure) return url
  throw wrongUsage('The resource is the https URL of an MCP server (http only on this machine).')
}

async function listTools(client: Client, { json }: CallOptions, { terminal, finish }: Context): Promise<void> {
  const { tools } = await withProgress(terminal, 'Listing the tools', client.listTools())
  if (json === true) terminal.print(printableJson(tools))
  else describeTools(tools, terminal)
  finish(0)
}

/** Asks for the tool's schema only when there is something to type by it. */
async function typeArguments(client: Client, tool: string, pairs: readonly string[]): Promise<ToolArguments> {
  if (pairs.length === 0) return {}
  const { tools } = await client.listTools()
  return parseArguments(pairs, tools.find(({ name }) => name === tool)?.inputSchema)
}

function showResult(result: CallToolResult, { json }: CallOptions, { terminal }: Context): void {
  if (json === true) terminal.print(printableJson(result))
  else describeResult(result, terminal)
}
