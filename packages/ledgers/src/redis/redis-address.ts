/** Where a Redis is, read from its URL: one server, behind Sentinels, or a cluster. */
import { StoreUnusable } from '../shared/store-unusable.ts'
import type { RedisOptions } from './redis-options.ts'

/** One server's place. */
export interface RedisNode {
  readonly host: string
  readonly port: number
}

/** What URL and options say together. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  /** The server, the Sentinels, or some nodes of the cluster. */
  readonly nodes: readonly RedisNode[]
  /** What the Sentinels call it; empty elsewhere. */
  readonly master: string
  readonly database: number
  readonly usesTls: boolean
  /** Before every key. In a cluster it is a hash tag: keys that are spent together must lie on one node. */
  readonly prefix: string
  /** For messages: without credentials. */
  readonly name: string
  readonly options: RedisOptions
}

const FORM =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:/?]*)(?::(?<password>[^/?]*))?@)?(?<hosts>[^@/?]+)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/
const HOST = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/
const PREFIX = /^[0-9A-Za-z]{1,6}$/
const DEFAULT_PORT = { single: 6379, sentinel: 26_379, cluster: 6379 }

/** Reads `url`; throws `StoreUnusable` (`address`), whose message does not quote it: there may be a password in it. */
export function parseRedisUrl(url: string, given: RedisOptions = {}): RedisAddress {
  const parts = FORM.exec(url)?.groups
  if (parts === undefined) throw unusable(`write it as redis://[user:password@]host:6379[/0], ${OTHER_FORMS}.`)
  const kind = parts.kind === 'sentinel' || parts.kind === 'cluster' ? parts.kind : 'single'
  const nodes = (parts.hosts ?? '').split(',').map((host) => parseHost(host, DEFAULT_PORT[kind]))
  if (kind === 'single' && nodes.length > 1)
    throw unusable(`it names several hosts, so it must say what they are: ${OTHER_FORMS}.`)
  const { master, database } = parsePath(kind, decode(parts.path ?? ''))
  const prefix = given.prefix ?? parsePrefix(parts.query) ?? 'cs'
  if (!PREFIX.test(prefix)) throw unusable('the prefix has 1 to 6 letters or digits.')
  if (given.tls !== undefined && parts.tls !== 's') throw unusable('options for TLS go with rediss: alone.')
  return {
    kind,
    nodes,
    master,
    database,
    usesTls: parts.tls === 's',
    prefix: kind === 'cluster' ? `{${prefix}}` : prefix,
    name: `Redis ${master === '' ? '' : `"${master}" `}at ${nodes.map(describeNode).join(', ')}`,
    options: withCredentials(given, parts),
  }
}

/** Host and port, for messages. */
export function describeNode({ host, port }: RedisNode): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

const OTHER_FORMS =
  'redis+sentinel://host:26379,host:26379/master-name or redis+cluster://host:6379,host:6379 (rediss for TLS)'

function unusable(explanation: string): StoreUnusable {
  return new StoreUnusable('address', 'The URL of Redis', explanation)
}

function parseHost(text: string, defaultPort: number): RedisNode {
  const parts = HOST.exec(text)?.groups
  const port = Number(parts?.port ?? defaultPort)
  const host = parts?.six ?? parts?.name
  if (host === undefined || port < 1 || port > 65_535) throw unusable('one of its hosts is none; write host:port.')
  return { host, port }
}

function parsePath(kind: RedisAddress['kind'], path: string): { master: string; database: number } {
  const steps = path === '' ? [] : path.split('/')
  const master = kind === 'sentinel' ? (steps.shift() ?? '') : ''
  if (kind === 'sentinel' && master === '')
    throw unusable('it names Sentinels but no master: end it with /master-name.')
  const [database = '0', ...others] = steps
  if (!/^\d{1,4}$/.test(database) || others.length > 0) throw unusable('its path is no number of a database.')
  if (kind === 'cluster' && database !== '0') throw unusable('a cluster has only database 0.')
  return { master, database: Number(database) }
}

function parsePrefix(query: string | undefined): string | undefined {
  if (query === undefined || query === '') return undefined
  const parameters = new URLSearchParams(query)
  if ([...parameters.keys()].some((name) => name !== 'prefix')) throw unusable('its only parameter is ?prefix=.')
  return parameters.get('prefix') ?? undefined
}

function withCredentials(given: RedisOptions, parts: Record<string, string | undefined>): RedisOptions {
  const username = given.username ?? decode(parts.user ?? '')
  const password = given.password ?? decode(parts.password ?? '')
  return { ...given, ...(username !== '' && { username }), ...(password !== '' && { password }) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unusable('a percent sign in it is not followed by two hexadecimal digits.')
  }
}
