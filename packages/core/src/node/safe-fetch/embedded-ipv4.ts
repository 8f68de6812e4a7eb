/** IPv4 addresses inside IPv6 ones: whoever sends to the outer address lets a translator or a tunnel send to the inner. */
import { readRange } from './address-kind.ts'
import { type IpAddress, isInRange } from './ip-address.ts'

interface Form {
  readonly range: string
  /** The octet at which the inner address begins. */
  readonly at: number
  /** Every bit of it is turned over. */
  readonly inverted?: true
}

const FORMS = (
  [
    { range: '::/96', at: 12 }, // IPv4-compatible, RFC 4291 §2.5.5.1
    { range: '::ffff:0:0/96', at: 12 }, // IPv4-mapped, RFC 4291 §2.5.5.2
    { range: '::ffff:0:0:0/96', at: 12 }, // IPv4-translated, RFC 2765 §2.1
    { range: '64:ff9b::/96', at: 12 }, // NAT64, RFC 6052 §2.1
    { range: '64:ff9b:1::/48', at: 12 }, // NAT64 for local use, RFC 8215, with a prefix of 96 bits
    { range: '2002::/16', at: 2 }, // 6to4, RFC 3056 §2
    { range: '2001::/32', at: 4 }, // Teredo, the server, RFC 4380 §4
    { range: '2001::/32', at: 12, inverted: true }, // Teredo, the client
  ] satisfies readonly Form[]
).map((form: Form) => ({ ...form, range: readRange(form.range) }))

/** Yields all of them; none for an IPv4 address, and none for `::` and `::1`, which are no form of 0.0.0.0 and 0.0.0.1. */
export function findEmbeddedIpv4(address: IpAddress): readonly IpAddress[] {
  if (address.subarray(0, -1).every((octet) => octet === 0)) return []
  return FORMS.filter(({ range }) => isInRange(address, range)).map(({ at, inverted }) =>
    address.slice(at, at + 4).map((octet) => (inverted ? octet ^ 0xff : octet)),
  )
}
