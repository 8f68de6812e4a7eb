/** A name that points at this machine is not enough to be this server: DNS rebinding (MCP transports, Security Warning). */
import { refuse } from '@countersign/core'
import type { Check } from './check.ts'

/** Refuses `host_not_allowed` unless there is exactly one `Host`, of the configured ones. */
export const knownHost: Check = ({ incoming }, { hosts }) => {
  const sent = incoming.header('host')
  const host = sent[0]
  const known = host !== undefined && sent.length === 1 && (hosts.has(host) || hosts.has(host.toLowerCase()))
  return known ? undefined : refuse('host_not_allowed')
}
