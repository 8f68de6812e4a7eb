/** Browsers say where a page comes from; only the configured origins may call (MCP transports, Security Warning). */
import { refuse } from '@countersign/core'
import type { Check } from './check.ts'

/** Clients that are no browsers send no `Origin`, and pass. */
export const allowedOrigin: Check = ({ incoming }, { origins }) => {
  const sent = incoming.header('origin')
  if (sent.length === 0) return undefined
  const [origin, ...others] = sent
  const allowed = origin !== undefined && others.length === 0 && origins.has(origin)
  return allowed ? undefined : refuse('origin_not_allowed')
}
