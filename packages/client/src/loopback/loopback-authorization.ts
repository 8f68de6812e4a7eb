/** Authorization responses by loopback redirect (RFC 8252 §7.3 and §8.3): on 127.0.0.1, on a port of its own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthorizationRefused } from '../authorization-refused.ts'
import { respondWithPage } from './response-page.ts'

/** How to listen. */
export interface LoopbackOptions {
  /** 0, any free one, where left out; authorization servers ignore the port of a registered loopback URI. */
  readonly port?: number
  /** As registered; `/callback` where left out. */
  readonly path?: string
  /** Seconds that a person has; 300 where left out. */
  readonly timeout?: number
}

/** A listener; fits the credentials of `createAgent`. */
export interface LoopbackAuthorization {
  readonly redirectUri: string
  /** Opens the URL and waits for the browser to come back, once; a second call waits for its own answer. */
  readonly authorize: (url: URL) => Promise<URL>
  /** Stops listening; an answer still awaited is given up. */
  readonly close: () => Promise<void>
}

/** The one answer that is awaited. */
interface Pending {
  readonly state: string
  settle(answer: URL | AuthorizationRefused): void
}

/**
 * Listens for authorization responses.
 *
 * An answer counts only with the `state` of the request it answers, so that a page that guesses the port can neither
 * deliver a code nor use up the wait.
 *
 * @param open shows a URL to a person: starts a browser, or prints it
 */
export async function authorizeOnLoopback(
  open: (url: URL) => void | Promise<void>,
  options: LoopbackOptions = {},
): Promise<LoopbackAuthorization> {
  const { path = '/callback', timeout = 300 } = options
  const pending = new Map<string, Pending>()
  const server = createServer((request, response) => takeAnswer(request, response, redirectUri, pending))
  const port = await listen(server, options.port ?? 0)
  const redirectUri = `http://127.0.0.1:${port}${path}`
  // Waiting for a person keeps the process alive; merely being able to must not.
  server.unref()
  return {
    redirectUri,
    authorize: (url) => awaitAnswer(url, { open, pending, timeout }),
    close: () => close(server, pending),
  }
}

function takeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  redirectUri: string,
  pending: Map<string, Pending>,
): void {
  const redirect = new URL(redirectUri)
  const url = readTarget(request, redirect)
  const states = url?.searchParams.getAll('state') ?? []
  const awaited = states.length === 1 ? pending.get(states[0] ?? '') : undefined
  if (url === undefined || awaited === undefined) {
    respondWithPage(response, 'refused')
    return
  }
  pending.delete(awaited.state)
  respondWithPage(response, 'taken')
  awaited.settle(url)
}

/** The URL that was called, if it is the redirect URI, called by a browser that means this machine. */
function readTarget(request: IncomingMessage, redirect: URL): URL | undefined {
  // A page elsewhere can reach this port under a name of its own; the browser says which (DNS rebinding).
  if (request.method !== 'GET' || request.headers.host !== redirect.host) return undefined
  const target = `${redirect.origin}${request.url ?? ''}`
  const url = URL.canParse(target) ? new URL(target) : undefined
  return url?.origin === redirect.origin && url.pathname === redirect.pathname ? url : undefined
}

async function awaitAnswer(
  url: URL,
  { open, pending, timeout }: { open(url: URL): void | Promise<void>; pending: Map<string, Pending>; timeout: number },
): Promise<URL> {
  const state = url.searchParams.get('state')
  if (!state) throw new AuthorizationRefused('misconfigured', 'An authorization URL must carry a `state`.')
  const { promise, resolve, reject } = Promise.withResolvers<URL>()
  const settle = (answer: URL | AuthorizationRefused) => (answer instanceof URL ? resolve(answer) : reject(answer))
  pending.set(state, { state, settle })
  const timer = setTimeout(() => settle(givenUp(`Nobody answered within ${timeout} s.`)), timeout * 1000)
  try {
    await open(url)
    return await promise
  } finally {
    clearTimeout(timer)
    pending.delete(state)
  }
}

function givenUp(why: string): AuthorizationRefused {
  return new AuthorizationRefused('authorization_denied', `The authorization was given up. ${why}`)
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, '127.0.0.1', resolve)
  await promise
  return (server.address() as AddressInfo).port
}

async function close(server: Server, pending: Map<string, Pending>): Promise<void> {
  for (const { settle } of pending.values()) settle(givenUp('The listener was closed.'))
  pending.clear()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  await promise
}
