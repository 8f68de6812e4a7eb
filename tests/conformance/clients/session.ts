/** What every client does here: the MCP SDK's client connects, lists the tools and calls one. */
import { AuthorizationRefused } from '@countersign/client'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { readScenario, type Scenario } from './scenario.ts'

/** The first revision that does without a handshake. */
const MODERN = '2026-07-28'

/**
 * Runs the session and ends the process. The last line on stdout says what came of it: `done`, or the code of the
 * refusal, so that a test can tell a client that refused for the right reason from one that broke.
 *
 * @param prepare makes the fetch that the session runs on
 */
export async function runSession(prepare: (scenario: Scenario) => Promise<typeof fetch>): Promise<void> {
  const scenario = readScenario()
  try {
    await converse(scenario, await prepare(scenario))
    console.log('done')
  } catch (error) {
    console.error(error)
    console.log(nameError(error))
    process.exitCode = 1
  }
}

/** The code of a refusal, which the SDK may have wrapped; the name of any other error. */
function nameError(error: unknown): string {
  if (error instanceof AuthorizationRefused) return error.code
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof AuthorizationRefused ? error.cause.code : error.name
}

/** A call, for the tools that add two numbers as for those that take anything. */
const ANY_ARGUMENTS = { a: 5, b: 3 }

async function converse({ url, revision, context }: Scenario, fetch: typeof globalThis.fetch): Promise<void> {
  const mode = revision < MODERN ? 'legacy' : { pin: revision }
  const client = new Client({ name: 'countersign-conformance', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }))
  try {
    const { tools } = await client.listTools()
    const [tool] = tools
    const wanted = context.toolCalls as { name: string; arguments: Record<string, unknown> }[] | undefined
    const calls = wanted ?? (tool === undefined ? [] : [{ name: tool.name, arguments: ANY_ARGUMENTS }])
    for (const call of calls) await client.callTool(call)
  } finally {
    await client.close()
  }
}
