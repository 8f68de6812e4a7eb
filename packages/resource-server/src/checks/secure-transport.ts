/** Credentials travel over TLS; on loopback, in development, also without (RFC 9449 §2, RFC 9728 §7.6). */
import { refuse } from '@countersign/core'
import type { Check } from './check.ts'

/** Refuses `insecure_transport`, also where a proxy header claims TLS but nobody said that the proxy is to be believed. */
export const secureTransport: Check = ({ incoming }, { endpoint }) => {
  const sufficient = incoming.transport === 'tls' || (incoming.transport === 'loopback' && endpoint.startsWith('http:'))
  return sufficient ? undefined : refuse('insecure_transport')
}
