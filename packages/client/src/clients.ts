/** Which client the agent is to which authorization server: credentials are good at the one that issued them (MCP, client registration, authorization server binding). */

import { AuthorizationRefused } from './authorization-refused.ts'
import type { AuthorizationServer } from './authorization-server-discovery.ts'
import { type Client, type Credentials, importCredentials } from './credentials.ts'

/** An authorization server as it describes itself: written by that server, so judge `issuer` before anything else. */
export interface AuthorizationServerDescription {
  readonly issuer: string
  /** Its metadata document (RFC 8414 §2). */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Yields the credentials for an authorization server: looks them up, or registers there. Asked once for each issuer. */
export type FindCredentials = (server: AuthorizationServerDescription) => Promise<Credentials>

/** The clients of one agent. */
export interface Clients {
  /** The only issuers that are gone to; undefined while any will do. */
  readonly issuers: readonly string[] | undefined
  /** @throws AuthorizationRefused `issuer_not_allowed`, `misconfigured`, `insecure_url` */
  find(server: AuthorizationServer): Promise<Client>
  /** Told the issuer of every token that came about. */
  bind(issuer: string): void
}

/** Issuers remembered; the one added longest ago goes first. */
const CAPACITY = 256

/** What the operator says beside the credentials. */
export interface ClientsSetup {
  /** Where they are listed. */
  readonly issuers: readonly string[] | undefined
  /** Whether the agent has a source of attestations. */
  readonly attests: boolean
}

/**
 * Makes them ready.
 *
 * @throws AuthorizationRefused `misconfigured`, `insecure_url`
 */
export async function createClients(credentials: Credentials | FindCredentials, setup: ClientsSetup): Promise<Clients> {
  return typeof credentials === 'function'
    ? findClients(credentials, setup)
    : holdClient(await importCredentials(credentials, setup.attests), setup.issuers)
}

/** The same credentials for every listed issuer; without a list, for the first that issued a token and no other. */
function holdClient(client: Client, listed: readonly string[] | undefined): Clients {
  let bound: readonly [string] | undefined
  return {
    get issuers() {
      return listed ?? bound
    },
    async find({ issuer }) {
      if (this.issuers === undefined || this.issuers.includes(issuer)) return client
      throw new AuthorizationRefused(
        'issuer_not_allowed',
        'The credentials of this agent were used with another authorization server; list in `issuers` all that know them.',
      )
    },
    bind(issuer) {
      bound ??= [issuer]
    },
  }
}

function findClients(find: FindCredentials, { issuers, attests }: ClientsSetup): Clients {
  const clients = new Map<string, Promise<Client>>()
  return {
    issuers,
    find({ issuer, metadata }) {
      const known = clients.get(issuer)
      if (known !== undefined) return known
      const client = find({ issuer, metadata }).then((credentials) => importCredentials(credentials, attests))
      clients.set(issuer, client)
      client.catch(() => clients.delete(issuer))
      const [oldest] = clients.keys()
      if (clients.size > CAPACITY && oldest !== undefined) clients.delete(oldest)
      return client
    },
    bind() {},
  }
}
