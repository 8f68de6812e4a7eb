/** Where the server listens, and who stands before it, as a configuration file says it. */
import { isIP } from 'node:net'
import { type Form, integer, list, text } from './forms.ts'
import { members, optional } from './members.ts'
import { wrongAt } from './place.ts'

/** An address of this machine, and not a name: what a name means may change. */
const address: Form<string> = (value, place) => {
  const written = text(value, place)
  if (written === 'localhost') return '127.0.0.1'
  if (isIP(written) !== 0) return written
  throw wrongAt(place, 'has to be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them')
}

/** 0 takes a free one: for trying things out. */
const port = integer(0, 65_535)

/** Where clients, or the balancer before them, connect to. */
export const listening = members({
  host: optional(address),
  port,
  // A connection is closed when nothing came for so long.
  keep_alive_seconds: optional(integer(1, 600)),
})

/** Where metrics and health are. */
export const administration = members({ host: optional(address), port, names: optional(list(text)) })

/** An address, or a range of them in CIDR form. */
export const addressRange: Form<string> = (value, place) => {
  const written = text(value, place)
  const [, base = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(written) ?? []
  const family = isIP(base)
  const longest = family === 4 ? 32 : 128
  if (family !== 0 && Number(prefix ?? longest) <= longest) return written
  throw wrongAt(place, 'has to be an IP address or a range such as 10.0.0.0/8')
}

/** How a process ends. */
export const stopping = members({
  // So long it says that it is not ready, and serves all the same: balancers take a while to notice.
  notice_seconds: optional(integer(0, 300)),
  // So long calls under way may take.
  deadline_seconds: optional(integer(1, 600)),
})
