/** The rules of token exchange, each one function: whoever exchanges a token has afterwards no more than before. */
import { type Capability, type CapabilityRequest, narrowCapability } from '@countersign/capability'
import type { ActorClaim } from '@countersign/core/wire'
import { type Client, errors } from 'oidc-provider'
import {
  type CapabilityParts,
  mayHold,
  mintUnattended,
  newCapabilityId,
  scopesOf,
} from '../capabilities/authorization-details.ts'
import { refusal } from '../capabilities/judge-request.ts'
import { MOST_EXCHANGES } from './delegation-claims.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import type { SubjectToken } from './subject-token.ts'

/** One exchange that is being judged. */
export interface Exchange {
  readonly parts: CapabilityParts
  readonly subject: SubjectToken
  readonly request: ExchangeRequest
  /** Who asks, and under which key, by its RFC 7638 thumbprint. */
  readonly client: Client
  readonly key: string
}

/** The rules; each throws an OAuth error for what it does not allow. */
export interface ExchangeRules {
  /** Who may exchange the token. */
  assertHolder(exchange: Exchange): void
  /** For which resource the new token is. */
  deriveAudience(exchange: Exchange): string
  /** Which scopes the new token gets. */
  deriveScopes(exchange: Exchange): readonly string[]
  /** Which capabilities. */
  deriveCapabilities(exchange: Exchange): readonly Capability[]
  /** Who acts. */
  deriveActor(exchange: Exchange): ActorClaim | undefined
  /** Which tokens it falls with. */
  deriveLine(exchange: Exchange): readonly string[]
  /** Which keys it falls with, its own aside. */
  deriveKeys(exchange: Exchange): readonly string[]
  /** Whom it may be passed on to. */
  deriveMayAct(exchange: Exchange): string | undefined
}

/** The rules as they are. */
export const exchangeRules: ExchangeRules = {
  /** Its own client under its own key; or the client that it names, which then has proven who it is, under whichever. */
  assertHolder({ parts, subject, client, key }) {
    if (client.clientId === subject.clientId && key === subject.key) return
    const isNamed = subject.mayAct === client.clientId && client.clientId !== subject.clientId
    const isProven = parts.clients.find(client.clientId)?.authentication !== 'none'
    if (!isNamed || !isProven) throw new errors.InvalidGrant('this client may not exchange this token under this key')
  },

  /** Another resource would be a right that nobody gave. */
  deriveAudience({ parts, subject, request }) {
    const own = parts.resources.find(subject.audience)
    if (own === undefined || request.targets.some((target) => parts.resources.find(target) !== own)) {
      throw new errors.InvalidTarget('a token is exchanged for one for the same resource only')
    }
    return subject.audience
  },

  /** What is named has to be held; where nothing is named, what both the token and the client may have. */
  deriveScopes(exchange) {
    const { parts, subject, client } = exchange
    const { scopes, capabilities } = exchange.request
    const allowed = scopesOf(parts, client, subject.audience)
    if (scopes === undefined) {
      return capabilities === undefined ? subject.scopes.filter((scope) => allowed.includes(scope)) : []
    }
    const wider = scopes.find((scope) => !subject.scopes.includes(scope) || !allowed.includes(scope))
    if (wider !== undefined) throw new errors.InvalidScope('the token or the client does not have this scope', wider)
    return scopes
  },

  /** Each that is named is cut from one that is held, or from a scope that allows more and needs nobody's approval. */
  deriveCapabilities(exchange) {
    const { parts, subject, client } = exchange
    const { scopes, capabilities } = exchange.request
    if (capabilities !== undefined) return capabilities.map((entry) => narrowOrMint(exchange, entry))
    if (scopes !== undefined) return []
    const held = subject.capabilities.filter((capability) => mayHold(parts, client, capability))
    return isDelegated(exchange) ? held.map((capability) => passOn(exchange, capability)) : held
  },

  /** The one who holds it now is outermost; of those before nobody is left out (RFC 8693 §4.1). */
  deriveActor(exchange) {
    const { subject, client } = exchange
    if (!isDelegated(exchange)) return subject.act
    return { sub: client.clientId, act: subject.act ?? { sub: subject.clientId } }
  },

  deriveLine({ subject }) {
    const line = [...subject.derivedFrom, subject.jti]
    if (line.length > MOST_EXCHANGES) throw new errors.InvalidGrant('the token was exchanged too often')
    return line
  },

  /** Whose instance turns out to be hijacked has passed on what nobody meant to give. */
  deriveKeys({ subject, key }) {
    return key === subject.key ? subject.derivedKeys : [...subject.derivedKeys, subject.key]
  },

  deriveMayAct({ parts, client, request: { mayAct } }) {
    if (mayAct !== undefined && parts.clients.find(client.clientId)?.delegatesTo.includes(mayAct) !== true) {
      throw new errors.InvalidRequest('this client is not registered to delegate to the one in may_act')
    }
    return mayAct
  },
}

/** True where the token leaves the client that it was issued to. */
function isDelegated({ subject, client }: Exchange): boolean {
  return client.clientId !== subject.clientId
}

function narrowOrMint({ parts, subject, client }: Exchange, entry: CapabilityRequest): Capability {
  for (const held of subject.capabilities) {
    const child = narrowCapability(held, entry, { newId: newCapabilityId, now: parts.now() })
    if (child.ok) return child.value
  }
  // A client that may ask a person for more than its scopes are for is given nothing of it where nobody is asked.
  const allowed = scopesOf(parts, client, subject.audience)
  return mintUnattended(
    parts,
    entry,
    subject.scopes.filter((scope) => allowed.includes(scope)),
  )
}

/** All that is left of a capability, for somebody else: a count of its own under that of its parent. */
function passOn({ parts }: Exchange, held: Capability): Capability {
  const { id: _id, expires, ancestors: _ancestors, approved_at: _approval, ...terms } = held
  const now = parts.now()
  const seconds = expires - Math.max(Math.floor(now), held.not_before ?? 0)
  const child = narrowCapability(held, { ...terms, seconds }, { newId: newCapabilityId, now })
  if (!child.ok) throw refusal(`a capability cannot be passed on: ${child.reason}`)
  return child.value
}
