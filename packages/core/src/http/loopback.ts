/** Hosts that never leave this machine, the only ones for which plain http is accepted (RFC 8252 §7.3, RFC 6761 §6.3). */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4_LOOPBACK = new RegExp(`^127\\.${OCTET}\\.${OCTET}\\.${OCTET}$`)

/** Takes a host as `URL.hostname` gives it, without a port; true for 127.0.0.0/8, `::1` with or without brackets, `localhost`. */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === '[::1]' || hostname === '::1' || hostname.toLowerCase() === 'localhost' || IPV4_LOOPBACK.test(hostname)
  )
}
