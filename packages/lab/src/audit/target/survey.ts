/** Looks a server over before anything is judged: how it answers a stranger, what it publishes, how its tokens fare. */
import type { Exchange } from '../probe/exchange.ts'
import type { Probe } from '../probe/probe.ts'
import type { Holder } from './caller.ts'
import { readChallengeParameter } from './challenge.ts'
import { type Conversation, converse } from './converse.ts'
import { readTexts } from './json-document.ts'
import {
  fetchFirst,
  locateIssuerMetadata,
  locateResourceMetadata,
  type NamedServer,
  type Published,
} from './metadata.ts'
import { readTools, type Tool } from './tools.ts'

/** What is known of the server when the checks begin. */
export interface Target {
  readonly url: URL
  /** Without a token. */
  readonly stranger: Conversation
  /** With the token; undefined where there is none. */
  readonly holder: Conversation | undefined
  /** Whichever is served: what has to be compared with a call that goes through is compared with its calls. */
  readonly served: Conversation | undefined
  readonly resourceMetadata: Published | undefined
  readonly authorizationServers: readonly NamedServer[]
  readonly tools: readonly Tool[]
}

/** More authorization servers than these are not looked at. */
const MAX_SERVERS = 3

/** Asks at most some twenty requests. */
export async function survey(probe: Probe, url: URL, holder: Holder | undefined): Promise<Target> {
  const stranger = await converse(probe, url)
  const base = { url, stranger, tools: [], authorizationServers: [], resourceMetadata: undefined }
  // Of a server that does not even answer whole, nothing else is asked: each question would take as long.
  if (stranger.answer.failure !== undefined) return { ...base, holder: undefined, served: undefined }
  const resourceMetadata = await findResourceMetadata(probe, url, stranger.answer)
  const authorizationServers: NamedServer[] = []
  for (const issuer of readTexts(resourceMetadata?.document, 'authorization_servers').slice(0, MAX_SERVERS)) {
    authorizationServers.push({ issuer, metadata: await findIssuerMetadata(probe, issuer) })
  }
  const held = holder === undefined ? undefined : await converseAs(probe, url, holder)
  const served = [held, stranger].find((conversation) => conversation?.served === true)
  const tools = served === undefined ? [] : readTools(served.answer)
  return { url, stranger, holder: held, served, resourceMetadata, authorizationServers, tools }
}

/** A server that knows nothing of DPoP may still take the token, and more than it should. */
async function converseAs(probe: Probe, url: URL, holder: Holder): Promise<Conversation> {
  const bound = await converse(probe, url, holder)
  if (bound.served || holder.key === undefined) return bound
  const bearer = await converse(probe, url, { token: holder.token })
  return bearer.served ? bearer : bound
}

async function findResourceMetadata(probe: Probe, url: URL, answer: Exchange): Promise<Published | undefined> {
  return fetchFirst(probe, locateResourceMetadata(url, readChallengeParameter(answer, 'resource_metadata')))
}

async function findIssuerMetadata(probe: Probe, issuer: string): Promise<Published | undefined> {
  const published = await fetchFirst(probe, locateIssuerMetadata(issuer))
  return published?.exchange.failure === 'host_not_allowed' ? undefined : published
}
