/** The two eras of the protocol, and the SDK's client in either. */
import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'

/** For `describe.each`: with `initialize` and sessions, and without. */
export const eras = [
  { era: 'legacy', opening: 'initialize', versionNegotiation: { mode: 'legacy' } },
  { era: '2026-07-28', opening: 'server/discover', versionNegotiation: { mode: { pin: '2026-07-28' } } },
] as const satisfies readonly {
  era: string
  /** The request that a connection begins with. */
  opening: string
  versionNegotiation: ClientOptions['versionNegotiation']
}[]

/** Connects a client for the length of a test. */
export async function connect(
  url: string,
  versionNegotiation: ClientOptions['versionNegotiation'],
  options: StreamableHTTPClientTransportOptions,
): Promise<Client> {
  const client = new Client({ name: 'interop', version: '1' }, { ...(versionNegotiation && { versionNegotiation }) })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), options))
  onTestFinished(() => client.close())
  return client
}
