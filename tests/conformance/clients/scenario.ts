/** What the conformance suite tells the client that it starts: by an argument and by the environment. */

/** One scenario. */
export interface Scenario {
  /** Of the suite's MCP server. */
  readonly url: string
  readonly name: string
  /** The revision whose wire is to be spoken. */
  readonly revision: string
  /** Credentials and the like, where the scenario gives any. */
  readonly context: Readonly<Record<string, unknown>>
}

/** Reads it off this process. */
export function readScenario(): Scenario {
  const {
    MCP_CONFORMANCE_SCENARIO: name,
    MCP_CONFORMANCE_PROTOCOL_VERSION: revision,
    MCP_CONFORMANCE_CONTEXT: context = '{}',
  } = process.env
  const url = process.argv.at(-1)
  if (name === undefined || revision === undefined || url === undefined) {
    throw new Error('this client is started by the conformance suite')
  }
  return { url, name, revision, context: JSON.parse(context) as Record<string, unknown> }
}

/** A text that the context of the scenario has to hold. */
export function requireText({ name, context }: Scenario, member: string): string {
  const value = context[member]
  if (typeof value === 'string') return value
  throw new Error(`${name} gives no ${member}`)
}
