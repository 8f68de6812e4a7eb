/** Starts runs and listens to them. */
/** @import { LabEvent } from '../events.ts' */

/**
 * A run, as long as it goes on.
 *
 * @typedef {object} LiveRun
 * @property {() => void} stop Ends it on the server; what it tells from then on is not listened to.
 */

const token = () => document.querySelector('meta[name="lab-token"]')?.getAttribute('content') ?? ''

const refusals = new Map([
  [429, 'Other runs wait already. Try again when they are over.'],
  [403, 'The lab was started anew. Reload this page.'],
])

/**
 * Starts one; `tell` is told of each event, `fail` why there is none.
 *
 * @param {object} wanted
 * @param {(event: LabEvent) => void} tell
 * @param {(why: string) => void} fail
 * @returns {LiveRun}
 */
export function startRun(wanted, tell, fail) {
  const gone = new AbortController()
  void follow(wanted, { tell, fail, signal: gone.signal })
  return { stop: () => gone.abort() }
}

/**
 * @param {object} wanted
 * @param {{ tell: (event: LabEvent) => void, fail: (why: string) => void, signal: AbortSignal }} listener
 */
async function follow(wanted, { tell, fail, signal }) {
  const response = await ask('POST', '/runs', wanted).catch(() => undefined)
  if (response?.status !== 202) {
    if (!signal.aborted) fail(refusals.get(response?.status ?? 0) ?? 'The lab does not answer. Is it still running?')
    return
  }
  const { id } = /** @type {{ id: string }} */ (await response.json())
  const path = `/runs/${id}`
  if (signal.aborted) {
    await ask('DELETE', path)
    return
  }
  const source = new EventSource(`${path}/events`)
  signal.addEventListener('abort', () => {
    source.close()
    void ask('DELETE', path).catch(() => undefined)
  })
  source.addEventListener('message', ({ data }) => {
    const event = /** @type {LabEvent} */ (JSON.parse(data))
    if (event.type === 'over') source.close()
    tell(event)
  })
  source.addEventListener('error', () => {
    // Else it tries again by itself, and goes on where it was.
    if (source.readyState === EventSource.CLOSED && !signal.aborted) fail('The connection to the lab was lost.')
  })
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
function ask(method, path, body) {
  return fetch(path, {
    method,
    headers: { 'x-lab-token': token(), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}
