/** One bound on the time of a whole fetch, however many steps it has. */
import { FetchRefused } from './fetch-refused.ts'

/**
 * Runs `work` with a signal that is aborted after `timeoutMs` milliseconds, or when `caller` is. Rejects then, with
 * `FetchRefused` and reason `timeout` or with the caller's own reason, even if the work goes on: a name that is being
 * resolved cannot be called off.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  caller: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  caller.throwIfAborted()
  const deadline = new AbortController()
  const signal = AbortSignal.any([caller, deadline.signal])
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const timer = setTimeout(() => {
    deadline.abort(new FetchRefused('timeout', `There was no whole answer within ${timeoutMs} ms.`))
  }, timeoutMs)
  try {
    return await Promise.race([aborted, work(signal)])
  } finally {
    clearTimeout(timer)
  }
}
