/** What went wrong when a server was first asked, told to the person who named it. */
import { StoreUnusable } from '../shared/store-unusable.ts'
import { DeadlinePassed, replyCode } from './reply-fault.ts'

/** OpenSSL's and Node's codes that speak of certificates and handshakes. */
const TLS = /^(?:ERR_(?:TLS|SSL)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/

/** Yields why `store` cannot be used. Nothing of the error is kept but its code: it may hold what was sent. */
export function explainFailure(error: unknown, store: string): StoreUnusable {
  if (error instanceof StoreUnusable) return error
  const unusable = (fault: StoreUnusable['fault'], text: string) => new StoreUnusable(fault, store, text)
  if (error instanceof DeadlinePassed) {
    return unusable(
      'unreachable',
      'it did not answer in time. Check that it runs, and that TLS is spoken on both sides or on neither.',
    )
  }
  const code = replyCode(error)
  if (code !== undefined) return explainReply(error instanceof Error ? error.message : '', code, unusable)
  const system = systemCode(error)
  if (system !== undefined && TLS.test(system)) {
    return unusable(
      'tls',
      `no TLS connection came about (${system}). Check its certificate, \`tls.ca\`, \`tls.servername\`, and that it speaks TLS there.`,
    )
  }
  if (error instanceof Error && error.message.startsWith('Unknown RESP type')) {
    return unusable('wrong_server', 'what answers there does not speak the Redis protocol. Check host and port.')
  }
  return unusable(
    'unreachable',
    `it cannot be reached${system === undefined ? '' : ` (${system})`}. Check host and port, that it runs, and that TLS is spoken on both sides or on neither.`,
  )
}

type Unusable = (fault: StoreUnusable['fault'], text: string) => StoreUnusable

function explainReply(message: string, code: string, unusable: Unusable): StoreUnusable {
  switch (code) {
    case 'WRONGPASS':
      return unusable('credentials', 'it does not know this user with this password. Check both.')
    case 'NOAUTH':
      return unusable('credentials', 'it wants a password. Give one in the URL or as `password`.')
    case 'NOPERM':
      return unusable(
        'permission',
        `the user may not do all that is needed${missing(message)}. docs/ledgers.md names the rule to set.`,
      )
    case 'LOADING':
      return unusable('unreachable', 'it is still loading its data. Wait, and start again.')
    case 'READONLY':
      return unusable('read_only', 'it is a replica, and takes no writes. Name the master, or the Sentinels.')
    case 'NOREPLICAS':
      return unusable('replicas', 'too few of its replicas are there, so it takes no writes. Bring them back.')
    case 'CLUSTERDOWN':
      return unusable('unreachable', 'the cluster does not work as a whole. `redis-cli --cluster check` tells why.')
    case 'WRONGTYPE':
      return unusable('foreign', 'there are other data under this prefix. Choose another prefix, or another database.')
    case 'OOM':
      return unusable('unreachable', 'its memory is full. Raise maxmemory.')
    case 'MISCONF':
      return unusable('read_only', 'it cannot write to its disk, and takes no writes until then. Its log tells why.')
    default:
      return unusable(
        'wrong_server',
        `it answered ${/^[A-Z]{2,20}$/.test(code) ? code : 'an error'}. Check that it is a Redis or Valkey of 7.0 or later.`,
      )
  }
}

/** Redis names the command in quotes, except for a script; whatever else it says may quote what was sent. */
function missing(message: string): string {
  const command = /'([a-z|]{1,30})' command/.exec(message)?.[1]
  if (command !== undefined) return `: it lacks ${command}`
  if (message.includes('keys')) return ': it lacks the keys that begin with the prefix'
  return message.includes('run this command')
    ? ': it lacks one of time, hmget, hset, del, get, set, incr, pexpireat'
    : ''
}

function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[A-Z_\d]{1,60}$/.test(error.code) ? error.code : undefined
}
