/** From a name to the addresses that will be connected to: asked for once, and each of them judged. */
import { promises as dns } from 'node:dns'
import type { AddressKind } from './address-kind.ts'
import type { Allowance } from './allowance.ts'
import { FetchRefused } from './fetch-refused.ts'
import type { FetchTarget } from './fetch-target.ts'
import { parseIpAddress } from './ip-address.ts'

/** Yields every address of a name, as `dns.promises.lookup` does with `all`. */
export type Lookup = (hostname: string) => Promise<readonly { readonly address: string }[]>

/** The system's resolver. */
export const systemLookup: Lookup = (hostname) => dns.lookup(hostname, { all: true, order: 'verbatim' })

/**
 * Yields at least one address, as text that `net.connect` takes. One that is forbidden spoils them all: a name that
 * leads inside and outside was made to. Rejects with `FetchRefused`, reason `dns` or `address`.
 */
export async function resolveHost(
  target: FetchTarget,
  allowance: Allowance,
  lookup: Lookup,
): Promise<readonly string[]> {
  const isLiteral = parseIpAddress(target.hostname) !== undefined
  const found = isLiteral ? [target.hostname] : await findAddresses(target, lookup)
  for (const text of found) {
    const address = parseIpAddress(text)
    const kind = address === undefined ? 'reserved' : allowance.findForbidden(target, address)
    if (kind !== undefined) throw refuseAddress(target, isLiteral, kind)
  }
  return found
}

async function findAddresses({ hostname }: FetchTarget, lookup: Lookup): Promise<readonly string[]> {
  let found: readonly { readonly address: string }[] = []
  try {
    found = await lookup(hostname)
  } catch {
    // No answer is none, for whatever reason.
  }
  if (found.length > 0) return found.map(({ address }) => address)
  throw new FetchRefused(
    'dns',
    `The name ${hostname} does not resolve. Check its spelling and this machine's resolver.`,
  )
}

function refuseAddress({ url, hostname, port }: FetchTarget, isLiteral: boolean, kind: AddressKind): FetchRefused {
  const where = `${url.host} ${isLiteral ? 'is' : 'resolves to'} a ${kind} address`
  const entry = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
  const isNameEnough = isLiteral || kind === 'private' || kind === 'loopback'
  const cure = isNameEnough ? `'${entry}'` : 'that very address'
  return new FetchRefused('address', `${where}. If it is meant to be reached, add ${cure} to allow.`)
}
