/** The agent as an `OAuthClientProvider`, for hosts of the MCP SDK that take nothing else. */
import type {
  AddClientAuthentication,
  DpopSession,
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import type { AgentParts } from './agent-parts.ts'
import { requestAuthorizationCode } from './authorization-code.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import { parseAuthorizationServer } from './authorization-server-discovery.ts'
import { authenticateClient } from './client-authentication.ts'
import { chooseIssuer, type Discovery, mayBeLocal } from './discovery.ts'
import { createHeldTurn } from './held-turn.ts'
import { documentLimits } from './json-document.ts'
import { parseProtectedResource } from './protected-resource-discovery.ts'
import { createProviderSession, stripUrl } from './provider-dpop-session.ts'
import { ProviderScopes } from './provider-scopes.ts'
import { readChallenge } from './resource-challenge.ts'
import { requireSecureUrl } from './secure-url.ts'
import { parseTokenResponse } from './token-response.ts'

/**
 * Makes a provider for one URL.
 *
 * To the SDK it looks like a client without user interaction, whatever the grant: the SDK asks for the parameters of
 * a token request, and gets them once a person has authorized, or not at all. So the SDK's own authorization request,
 * which would carry any scope that a server demands, never happens.
 *
 * @throws AuthorizationRefused `insecure_url`, `misconfigured`
 */
export function createProvider(parts: AgentParts, url: string | URL): OAuthClientProvider {
  if (parts.delegation !== undefined) {
    throw new AuthorizationRefused('misconfigured', 'A provider takes no delegation; use agent.fetch of this agent.')
  }
  return new ResourceProvider(parts, requireSecureUrl(url, 'MCP server URL'))
}

class ResourceProvider implements OAuthClientProvider {
  readonly #parts: AgentParts
  readonly #endpoint: URL
  readonly #scopes: ProviderScopes
  readonly #turn = createHeldTurn()
  #state: OAuthDiscoveryState | undefined
  #discovery: Discovery | undefined
  #tokens: StoredOAuthTokens | undefined
  #session: Promise<DpopSession> | undefined

  constructor(parts: AgentParts, endpoint: URL) {
    this.#parts = parts
    this.#endpoint = endpoint
    this.#scopes = new ProviderScopes(parts)
  }

  /** None: see `createProvider`. */
  get redirectUrl(): undefined {
    return undefined
  }

  /** Says nothing: the SDK registers no client here. */
  get clientMetadata(): OAuthClientMetadata {
    return { redirect_uris: [] }
  }

  async clientInformation(): Promise<StoredOAuthClientInformation> {
    const { server } = this.#requireDiscovery()
    const { clientId } = await this.#parts.clients.find(server)
    return { client_id: clientId, issuer: server.issuer }
  }

  /** The SDK has discovered by itself; what it found is judged here, before anything is sent there. */
  saveDiscoveryState(state: OAuthDiscoveryState): void {
    const { resourceMetadata, resourceMetadataUrl, authorizationServerMetadata, authorizationServerUrl } = state
    if (resourceMetadataUrl !== undefined && new URL(resourceMetadataUrl).origin !== this.#endpoint.origin) {
      throw new AuthorizationRefused('metadata_invalid', 'The server names protected resource metadata elsewhere.')
    }
    const { resource, scopes, attestation } = parseProtectedResource(resourceMetadata, this.#endpoint)
    const issuer = chooseIssuer([authorizationServerUrl], this.#parts.clients.issuers)
    const local = mayBeLocal(this.#parts, this.#endpoint, issuer)
    const server = parseAuthorizationServer(authorizationServerMetadata, issuer, local)
    this.#discovery = { resource, supported: scopes, attestation, server }
    this.#state = state
    this.#scopes.observeSupported(resourceMetadata?.scopes_supported)
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#state
  }

  /**
   * Called before every token request; throws unless all that is wanted is allowed.
   *
   * The SDK makes a request for each call that needs one. They wait for each other here until `saveTokens`, or a
   * rotating refresh token would be used twice; the SDK says nothing about a request that failed, hence the time.
   */
  async prepareTokenRequest(wanted?: string): Promise<URLSearchParams> {
    await this.#turn.take()
    try {
      const grant = await this.#prepareGrant(wanted)
      this.#turn.giveWithin(documentLimits.time)
      return grant
    } catch (error) {
      this.#turn.give()
      throw error
    }
  }

  async #prepareGrant(wanted: string | undefined): Promise<URLSearchParams> {
    const { resource, server } = this.#requireDiscovery()
    const { scopes, widens, narrowed } = await this.#scopes.decide(resource, wanted)
    const refreshToken = this.#tokens?.refresh_token
    if (refreshToken !== undefined && !widens) {
      const scope = narrowed === undefined ? {} : { scope: narrowed.join(' ') }
      return new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, ...scope })
    }
    const { interaction, clientId } = await this.#parts.clients.find(server)
    if (interaction !== undefined) {
      const { thumbprint } = this.#parts.key
      const request = { server, clientId, interaction, resource, scopes, thumbprint }
      return new URLSearchParams({ ...(await requestAuthorizationCode(request)) })
    }
    const grant = new URLSearchParams({ grant_type: 'client_credentials' })
    if (scopes !== undefined) grant.set('scope', scopes.join(' '))
    return grant
  }

  /** A field, because the SDK takes it off the object. */
  readonly addClientAuthentication: AddClientAuthentication = async (_headers, params) => {
    const { server } = this.#requireDiscovery()
    if ((await this.#parts.clients.find(server)).isAttested) {
      throw new AuthorizationRefused(
        'client_authentication_unsupported',
        'A provider shows no attestation, and this client has nothing else to authenticate with; use agent.fetch.',
      )
    }
    await authenticateClient(this.#parts, server, params)
  }

  dpop(): Promise<DpopSession> {
    this.#session ??= createProviderSession(this.#parts, {
      mayReceive: (url) => this.#mayReceive(url),
      observe: (response, url) => this.#observe(response, url),
    })
    return this.#session
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    try {
      this.#keepTokens(tokens)
    } finally {
      this.#turn.give()
    }
  }

  #keepTokens(tokens: StoredOAuthTokens): void {
    const { issuer, ...response } = tokens
    const issued = parseTokenResponse(response, {
      scopes: this.#scopes.asked,
      thumbprint: this.#parts.key.thumbprint,
      bearer: this.#parts.bearer,
      now: this.#parts.clock(),
    })
    const endsAt = issued.lifetime === undefined ? undefined : this.#parts.clock() + issued.lifetime
    this.#parts.clients.bind(this.#requireDiscovery().server.issuer)
    this.#scopes.hold(issued.scopes, endsAt)
    const refreshToken = issued.refreshToken ?? this.#tokens?.refresh_token
    // `scope` is always stated, or the SDK takes a token without it for one that holds nothing.
    this.#tokens = {
      ...tokens,
      scope: issued.scopes.join(' '),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    }
  }

  invalidateCredentials(kind: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    this.#turn.give()
    if (kind === 'all' || kind === 'tokens') {
      this.#tokens = undefined
      this.#scopes.forgetToken()
    }
    if (kind !== 'all' && kind !== 'discovery') return
    this.#state = undefined
    this.#discovery = undefined
  }

  /** Never called: there is no redirect URL. */
  redirectToAuthorization(): never {
    throw unused()
  }

  saveCodeVerifier(): never {
    throw unused()
  }

  codeVerifier(): never {
    throw unused()
  }

  #requireDiscovery(): Discovery {
    if (this.#discovery !== undefined) return this.#discovery
    throw new AuthorizationRefused('metadata_invalid', 'A token was asked for before the server was discovered.')
  }

  #mayReceive(url: string): boolean {
    const tokenEndpoint = this.#discovery?.server.tokenEndpoint
    return url === stripUrl(this.#endpoint) || (tokenEndpoint !== undefined && url === stripUrl(tokenEndpoint))
  }

  #observe(response: Response, url: string): void {
    const challenges = response.status === 401 || response.status === 403
    if (challenges && url === stripUrl(this.#endpoint)) this.#scopes.observeChallenge(readChallenge(response)?.scopes)
  }
}

function unused(): AuthorizationRefused {
  return new AuthorizationRefused('misconfigured', 'This provider authorizes by itself; leave finishAuth alone.')
}
