/** What only shows when parts of a configuration are looked at together. */
import { isLoopbackHost } from '@countersign/core'
import { type Place, within, wrongAt } from './place.ts'
import type { ServeConfig } from './read-config.ts'

/** Throws `CommandFailed` with the first that does not go together. */
export function checkConfig(config: ServeConfig, place: Place): void {
  checkDatabase(config, within(place, 'database'))
  checkLedger(config, within(place, 'ledger'))
  checkTransport(config, place)
  checkAdmin(config, within(place, 'admin'))
}

function checkDatabase({ database }: ServeConfig, place: Place): void {
  const scheme = readScheme(database)
  if (scheme === undefined || ['sqlite', 'postgres', 'postgresql'].includes(scheme)) return
  throw wrongAt(place, 'has to be the path of an SQLite file, or a URL that begins with sqlite: or postgres://')
}

const LEDGERS = ['redis', 'rediss', 'redis+sentinel', 'rediss+sentinel', 'redis+cluster', 'rediss+cluster']

function checkLedger({ ledger }: ServeConfig, place: Place): void {
  if (ledger === undefined) return
  const scheme = readScheme(ledger.url)
  if (scheme !== undefined && LEDGERS.includes(scheme)) return
  if (scheme === 'memory') {
    throw wrongAt(
      place,
      'cannot be memory: each worker would have one of its own, and take what another has spent; ' +
        'leave it out to spend in the database, or name a Redis',
    )
  }
  throw wrongAt(
    place,
    'has to be a URL that begins with redis://, rediss://, redis+sentinel:// or redis+cluster://; leave it out to ' +
      'spend in the database',
  )
}

/** Which kind of store an address names, in lower case; undefined for a path. One letter is a drive, and no scheme. */
export function readScheme(address: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(address)?.[1]?.toLowerCase()
}

/** TLS ends before us: by which way a request came is then known from nobody but the proxy. */
function checkTransport({ issuer, listen, trustedProxies = [] }: ServeConfig, place: Place): void {
  const url = URL.parse(issuer)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrongAt(within(place, 'issuer'), 'has to be an https URL')
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw wrongAt(within(place, 'issuer'), 'is plain http: use https, or a loopback host such as 127.0.0.1 to try it')
  }
  if (url.protocol === 'http:' && !isLoopbackHost(listen.host ?? '127.0.0.1')) {
    throw wrongAt(
      within(within(place, 'listen'), 'host'),
      'is reached from elsewhere, and the issuer is plain http: tokens would travel in clear; leave it out, or use https',
    )
  }
  if (url.protocol === 'http:' || trustedProxies.length > 0) return
  throw wrongAt(
    within(place, 'trusted_proxies'),
    'is missing: the issuer is https and this server speaks plain http, so a balancer that ends TLS has to stand ' +
      'before it; name the addresses from which it connects',
  )
}

function checkAdmin({ admin, listen }: ServeConfig, place: Place): void {
  if (admin === undefined || admin.port === 0 || admin.port !== listen.port) return
  throw wrongAt(within(place, 'port'), 'is that of `listen` too: give it one of its own')
}
