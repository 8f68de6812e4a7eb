/** The one token that the agent holds for one URL: how it is got, renewed and widened. */
import type { AgentParts } from './agent-parts.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import { CapabilityTokens } from './capability/capability-tokens.ts'
import { type Discovery, discover } from './discovery.ts'
import { chooseFirstScopes } from './first-scopes.ts'
import { type HeldToken, toHeldToken } from './held-token.ts'
import { obtainToken } from './obtain-token.ts'
import type { ResourceChallenge } from './resource-challenge.ts'
import { missingScopes, uniteScopes } from './scope-set.ts'
import { type ObtainedToken, requestToken } from './token-request.ts'
import { createTurns, type Turns } from './turns.ts'

/** A refresh token, and all that was granted with it: a refresh that does not say less renews all of it (RFC 6749 §6). */
interface Refreshable {
  readonly refreshToken: string
  /** It goes to no other authorization server. */
  readonly issuer: string
  readonly granted: readonly string[]
}

/**
 * Authorization for one URL.
 *
 * Token requests go one at a time, so that a rotating refresh token is never used twice, and callers that need the
 * same renewal share one. What the operator listed, or was asked for at first, is renewed; what a person approved
 * lasts as long as the token that it was approved for.
 */
export class ResourceAuthorization {
  /** Approvals are asked for one after another. */
  readonly approvals: Turns = createTurns()
  /** Tokens for single calls, which this one is not widened by. */
  readonly capabilities: CapabilityTokens = new CapabilityTokens((token) => this.#hasEnded(token))
  readonly #requests: Turns = createTurns()
  readonly #parts: AgentParts
  readonly #endpoint: URL
  #discovery: Discovery | undefined
  #held: HeldToken | undefined
  #refreshable: Refreshable | undefined
  /** What a renewal asks for. */
  #lasting: readonly string[] | undefined
  #renewal: Promise<HeldToken> | undefined

  constructor(parts: AgentParts, endpoint: URL) {
    this.#parts = parts
    this.#endpoint = endpoint
  }

  /** Where the tokens come from, once known. */
  get discovery(): Discovery | undefined {
    return this.#discovery
  }

  /** A token that has not ended: the one held, else a new one; undefined when there never was one. */
  async ready(): Promise<HeldToken | undefined> {
    const held = this.#held
    return held === undefined || !this.#hasEnded(held) ? held : this.renew(undefined, held)
  }

  /**
   * Gets a token for a challenge.
   *
   * @param refused the token that did not do; another one, got in the meantime, is taken instead of asking again
   * @throws AuthorizationRefused
   */
  renew(challenge: ResourceChallenge | undefined, refused: HeldToken | undefined): Promise<HeldToken> {
    const other = this.#otherThan(refused)
    if (other !== undefined) return Promise.resolve(other)
    // Looked at again when its turn has come: a step-up may have come first, and its token must not be lost.
    this.#renewal ??= this.#requests(async () => this.#otherThan(refused) ?? this.#requestLasting(challenge)).finally(
      () => {
        this.#renewal = undefined
      },
    )
    return this.#renewal
  }

  /**
   * Gets a token that also carries more scopes, in place of the one held.
   *
   * @param lasting whether renewals keep them
   * @returns undefined when the authorization server granted less; the token held stays then
   * @throws AuthorizationRefused
   */
  widen(scopes: readonly string[], lasting: boolean): Promise<HeldToken | undefined> {
    return this.#requests(async () => {
      const held = this.#held
      const discovery = this.#discovery
      if (held === undefined || discovery === undefined) return undefined
      if (missingScopes(scopes, held.scopes).length === 0) return held
      const issued = await obtainToken(this.#parts, discovery, uniteScopes(held.scopes, scopes))
      if (missingScopes(scopes, issued.scopes).length > 0) return undefined
      this.#keepRefreshable(issued, discovery)
      if (lasting) this.#lasting = uniteScopes(this.#lasting ?? [], scopes)
      return this.#hold(issued, discovery)
    })
  }

  async #requestLasting(challenge: ResourceChallenge | undefined): Promise<HeldToken> {
    try {
      this.#discovery = await this.#discover(challenge)
      // Only the very first challenge is listened to: later ones are the way in which a hijacked agent would arm itself.
      const scopes = this.#lasting ?? this.#chooseFirstScopes(this.#discovery, challenge)
      const issued = (await this.#refresh(this.#discovery)) ?? (await this.#requestAnew(this.#discovery, scopes))
      this.#lasting ??= scopes ?? issued.scopes
      return this.#hold(issued, this.#discovery)
    } catch (error) {
      // Endpoints may have moved; the next call looks again.
      this.#discovery = undefined
      throw error
    }
  }

  /** A token that is refused before its time may mean that the authorization server has changed: so look again. */
  async #discover(challenge: ResourceChallenge | undefined): Promise<Discovery> {
    const known = this.#discovery
    if (known !== undefined && challenge === undefined) return known
    try {
      return await discover(this.#parts, this.#endpoint, challenge?.resourceMetadata)
    } catch (error) {
      const unreachable = error instanceof AuthorizationRefused && error.code === 'metadata_unreachable'
      if (known !== undefined && unreachable) return known
      throw error
    }
  }

  /** What was delegated is what the agent was sent for; nothing else is chosen then. */
  #chooseFirstScopes({ resource, supported }: Discovery, challenge: ResourceChallenge | undefined) {
    if (this.#parts.delegation !== undefined) return this.#parts.delegation.scopes
    return chooseFirstScopes(this.#parts.scopes, { resource, challenged: challenge?.scopes, supported })
  }

  /** RFC 6749 §6; a refresh token that is not good any more is forgotten, and the person asked again. */
  async #refresh({ resource, server }: Discovery): Promise<ObtainedToken | undefined> {
    const refreshable = this.#refreshable
    const lasting = this.#lasting
    if (refreshable === undefined || lasting === undefined || refreshable.issuer !== server.issuer) return undefined
    const { refreshToken, granted } = refreshable
    const scopes = granted.filter((scope) => lasting.includes(scope))
    const parameters = { grant_type: 'refresh_token', refresh_token: refreshToken }
    try {
      const sendScope = scopes.length < granted.length
      const issued = await requestToken(this.#parts, server, { parameters, resource, scopes, sendScope })
      // RFC 6749 §6: a response without a refresh token leaves the old one in use.
      this.#refreshable = { ...refreshable, refreshToken: issued.refreshToken ?? refreshToken }
      return issued
    } catch (error) {
      if (!(error instanceof AuthorizationRefused) || error.oauthError !== 'invalid_grant') throw error
      this.#refreshable = undefined
      return undefined
    }
  }

  async #requestAnew(discovery: Discovery, scopes: readonly string[] | undefined): Promise<ObtainedToken> {
    const issued = await obtainToken(this.#parts, discovery, scopes)
    this.#keepRefreshable(issued, discovery)
    return issued
  }

  #keepRefreshable({ refreshToken, scopes }: ObtainedToken, { server: { issuer } }: Discovery): void {
    this.#refreshable = refreshToken === undefined ? undefined : { refreshToken, issuer, granted: scopes }
  }

  #hold(issued: ObtainedToken, discovery: Discovery): HeldToken {
    this.#held = toHeldToken(issued, discovery)
    return this.#held
  }

  #otherThan(refused: HeldToken | undefined): HeldToken | undefined {
    const held = this.#held
    return held === undefined || held === refused || this.#hasEnded(held) ? undefined : held
  }

  #hasEnded(token: HeldToken): boolean {
    return token.endsAt !== undefined && this.#parts.clock() >= token.endsAt
  }
}
