/** A stream of events that ends with the token that it was opened with, or when that is revoked. */

/** What ends a stream. */
export interface StreamLease {
  /** Seconds for which the token is still good. */
  readonly seconds: number
  /** Calls back when the token was revoked, at once where it is already; yields how to stop waiting for that. */
  readonly onRevoked: (end: () => void) => () => void
}

/** Timers take no more than 2^31 − 1 milliseconds; a token that lives longer than 24 days is looked at again then. */
const longestWaitMs = 2 ** 31 - 1

/** The same stream, with an end. Ending it cancels what feeds it. */
export function bindStream(stream: ReadableStream<Uint8Array>, lease: StreamLease): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  // Whoever waits for the next part gets the end instead. To race each part against one promise of the end would keep
  // all of them for as long as the stream lasts.
  const end = () => void reader.cancel().catch(() => undefined)
  const timer = setTimeout(end, Math.min(Math.max(lease.seconds, 0) * 1000, longestWaitMs))
  const forget = lease.onRevoked(end)
  const release = () => {
    clearTimeout(timer)
    forget()
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const part = await reader.read()
        if (!part.done) return controller.enqueue(part.value)
        release()
        controller.close()
      } catch (error) {
        release()
        controller.error(error)
      }
    },
    async cancel(reason) {
      release()
      await reader.cancel(reason)
    },
  })
}
