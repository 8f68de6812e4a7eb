/** Several listeners as one. */
import type { Events } from '@countersign/core'

/**
 * Tells every listener in turn. Without any it yields nothing, so that the guard measures nothing and describes nothing:
 * `createGuard({ …, events: combineEvents(…) })`.
 */
export function combineEvents(...listeners: readonly (Events | undefined)[]): Events | undefined {
  const present = listeners.filter((listener) => listener !== undefined)
  if (present.length < 2) return present[0]
  return (event) => {
    for (const listener of present) listener(event)
  }
}
