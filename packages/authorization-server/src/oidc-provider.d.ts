/** The part of oidc-provider 9.13.3 that this package uses; the library ships no types of its own. */
declare module 'oidc-provider' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, ServerResponse } from 'node:http'

  /** A registered client as the library holds it: metadata in camel case. */
  export interface Client {
    readonly clientId: string
    readonly clientName?: string
    readonly clientAuthMethod: string
    readonly redirectUris: readonly string[]
    readonly scope?: string
    grantTypeAllowed(type: string): boolean
  }

  /** Of a person (`AccessToken`) or of a client itself (`ClientCredentials`). Times are NumericDates. */
  export interface AccessToken {
    readonly jti: string
    readonly iat: number
    readonly exp: number
    readonly jkt?: string
    readonly clientId: string
    readonly accountId?: string
    grantId?: string | undefined
    readonly scope?: string
    readonly aud?: string
    /** Seconds from its issue on. */
    readonly expiration: number
    save(): Promise<string>
    readonly tokenType: 'DPoP' | 'Bearer'
    readonly extra?: Readonly<Record<string, unknown>>
    readonly rar?: readonly unknown[]
    readonly resourceServer?: { readonly accessTokenTTL?: number }
    destroy(): Promise<void>
  }

  export interface RefreshToken {
    jkt?: string
    readonly iat: number
    readonly exp: number
    readonly clientId: string
    readonly accountId: string
    readonly grantId: string
    readonly scope?: string
    readonly consumed?: number
    save(): Promise<string>
    destroy(): Promise<void>
  }

  /** A model whose artefacts are found by their value. */
  export interface Model<Artefact> {
    new (properties: Readonly<Record<string, unknown>>): Artefact
    readonly prototype: Artefact
    find(value: string, options?: Record<string, unknown>): Promise<Artefact | undefined>
  }

  export interface Grant {
    readonly rar?: readonly unknown[]
    /** Adds an entry of `authorization_details`, as it will stand in the tokens. */
    addRar(detail: object): void
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
    destroy(): Promise<void>
  }

  /** What an interaction page is shown for (interactions.policy); `uid` is also in its cookie. */
  export interface Interaction {
    readonly uid: string
    readonly exp: number
    readonly returnTo: string
    prompt: { readonly name: string; readonly reasons: readonly string[]; readonly details: object }
    readonly params: Readonly<Record<string, unknown>>
    /** The session in which it began; absent when nobody was logged in. */
    session?: { readonly accountId?: string; readonly uid?: string }
    /** The outcome, once there is one; the library acts on it when the browser comes back. */
    readonly result?: InteractionResult
    /** Stores it again, for the rest of its time. */
    persist(): Promise<void>
  }

  /** A browser's session; `uid` stays while the cookie's value changes with each login. */
  export interface Session {
    readonly uid: string
    readonly accountId?: string
    /** When that person logged in, NumericDate. */
    readonly loginTs?: number
    /** For so many seconds. */
    save(lifetime: number): Promise<string>
    destroy(): Promise<void>
  }

  export interface InteractionResult {
    login?: { accountId: string; amr?: string[] }
    consent?: { grantId: string }
    error?: string
    error_description?: string
  }

  export interface OidcContext {
    /** The form as it was sent, before anything of it was judged. */
    readonly body: Readonly<Record<string, unknown>> | undefined
    readonly route: string
    readonly ctx: Context
    readonly provider: Provider
    readonly client?: Client
    /** The request's parameters; the library itself settles defaults by writing here. */
    readonly params?: Record<string, unknown>
    readonly result?: InteractionResult
    readonly grant?: Grant
    readonly entities: {
      readonly AccessToken?: AccessToken
      readonly ClientCredentials?: AccessToken
      readonly RefreshToken?: RefreshToken
    }
    /** Notes what a request is about; the client first. */
    entity(name: string, value: unknown): void
  }

  /** Koa's context, as far as it is touched here; `oidc` is there on the library's own routes only. */
  export interface Context {
    readonly method: string
    path: string
    readonly req: IncomingMessage
    readonly res: ServerResponse
    readonly oidc: OidcContext
    readonly state: Record<string, unknown>
    readonly query: Readonly<Record<string, string | string[] | undefined>>
    status: number
    type: string
    body: unknown
    get(header: string): string
    set(header: string, value: string): void
    is(type: string): string | false | null
    accepts(...types: string[]): string | false
    readonly cookies: { get(name: string, options: { readonly signed: boolean }): string | undefined }
  }

  export type Middleware = (ctx: Context, next: () => Promise<void>) => Promise<void>

  /** Stores one model's artefacts. */
  export interface Adapter {
    upsert(id: string, payload: Record<string, unknown>, expiresIn?: number): Promise<void>
    find(id: string): Promise<Readonly<Record<string, unknown>> | undefined>
    findByUid(uid: string): Promise<Readonly<Record<string, unknown>> | undefined>
    findByUserCode(userCode: string): Promise<Readonly<Record<string, unknown>> | undefined>
    consume(id: string): Promise<void>
    destroy(id: string): Promise<void>
    revokeByGrantId(grantId: string): Promise<void>
  }

  export interface ResourceServerInfo {
    readonly scope: string
    readonly audience: string
    readonly accessTokenTTL: number
    readonly accessTokenFormat: 'jwt' | 'opaque'
    readonly jwt: { readonly sign: { readonly alg: string } }
  }

  /** RFC 9396; each callback yields entries, or undefined for none. */
  export interface AuthorizationDetailsFeature {
    readonly enabled: boolean
    readonly types: Readonly<Record<string, { validate(ctx: Context, detail: object, client: Client): Promise<void> }>>
    authorizationDetailsForGrantSource(ctx: Context): Promise<readonly unknown[] | undefined>
    authorizationDetailsForAccessToken(
      ctx: Context,
      token: AccessToken,
      source: { readonly rar?: readonly unknown[] } | undefined,
    ): Promise<readonly unknown[] | undefined>
    authorizationDetailsForIntrospection(ctx: Context, token: AccessToken): Promise<readonly unknown[] | undefined>
  }

  export interface Account {
    readonly accountId: string
    claims(): Promise<Record<string, unknown>>
  }

  export type Ttl = number | ((ctx: Context, token: AccessToken) => number)

  export interface Configuration {
    adapter: (model: string) => Adapter
    assertJwtClientAuthClaimsAndHeader: (
      ctx: Context,
      claims: Readonly<Record<string, unknown>>,
      header: Readonly<Record<string, unknown>>,
      client: Client,
    ) => Promise<void>
    allowOmittingSingleRegisteredRedirectUri: boolean
    clientAuthMethods: readonly string[]
    clientBasedCORS: (ctx: Context, origin: string, client: Client) => boolean
    clientDefaults: Record<string, unknown>
    clients: readonly Record<string, unknown>[]
    clockTolerance: number
    cookies: Record<string, unknown>
    enabledJWA: Record<string, readonly string[]>
    discovery: Record<string, unknown>
    expiresWithSession: () => Promise<boolean>
    extraTokenClaims: (ctx: Context, token: AccessToken) => Promise<Record<string, unknown> | undefined>
    features: Record<string, object> & {
      richAuthorizationRequests: AuthorizationDetailsFeature
    }
    findAccount: (ctx: Context, subject: string) => Promise<Account | undefined>
    interactions: { policy: Policy; url: (ctx: Context, interaction: Interaction) => Promise<string> }
    issueRefreshToken: (ctx: Context, client: Client) => Promise<boolean>
    jwks: { keys: readonly object[] }
    loadExistingGrant: (ctx: Context) => Promise<Grant | undefined>
    pkce: { required: () => boolean }
    renderError: (ctx: Context, out: Readonly<Record<string, unknown>>, error: unknown) => Promise<void>
    responseTypes: readonly string[]
    revokeGrantPolicy: () => boolean
    rotateRefreshToken: boolean
    routes: Record<'authorization' | 'token' | 'jwks' | 'introspection' | 'revocation', string>
    scopes: readonly string[]
    ttl: Record<string, Ttl>
  }

  export class Provider implements Pick<EventEmitter, 'emit'> {
    constructor(issuer: string, configuration: Configuration)
    /** The request being served, through AsyncLocalStorage. */
    static readonly ctx: Context | undefined
    readonly issuer: string
    /** Koa's prototype of `ctx.request`. */
    readonly request: object
    readonly OIDCContext: {
      prototype: {
        urlFor(name: string, options?: Record<string, unknown>): string
        entity(this: OidcContext, name: string, value: unknown): void
        params?: Record<string, unknown>
      }
    }
    readonly AccessToken: Model<AccessToken>
    readonly ResourceServer: new (
      indicator: string,
      info: ResourceServerInfo,
    ) => object
    readonly ClientCredentials: Model<AccessToken>
    readonly ReplayDetection: { unique(issuer: string, id: string, expires: number): Promise<boolean> }
    readonly RefreshToken: {
      prototype: RefreshToken
      find(value: string, options?: Record<string, unknown>): Promise<RefreshToken | undefined>
    }
    readonly Grant: {
      /** `expiresIn` in seconds, where it is another than usual. */
      new (properties: { accountId: string; clientId: string; expiresIn?: number }): Grant
      find(id: string): Promise<Grant | undefined>
    }
    readonly Client: { find(id: string): Promise<Client | undefined> }
    readonly Interaction: { find(id: string): Promise<Interaction | undefined> }
    readonly Session: {
      readonly prototype: Session
      /** The session of the request's cookie, or a new one that is stored nowhere yet. */
      get(ctx: Context): Promise<Session>
    }
    /** The name of the library's cookie for this. */
    cookieName(type: 'interaction' | 'resume' | 'session'): string
    urlFor(name: string, options?: Record<string, unknown>): string
    registerGrantType(
      grantType: string,
      handler: (ctx: Context) => Promise<void>,
      parameters: ReadonlySet<string>,
      repeatable: ReadonlySet<string>,
    ): void
    use(middleware: Middleware): this
    on(event: string, listener: (...args: never[]) => void): this
    emit(event: string | symbol, ...args: unknown[]): boolean
    callback(): (req: IncomingMessage, res: ServerResponse) => Promise<void>
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>
    interactionResult(
      req: IncomingMessage,
      res: ServerResponse,
      result: InteractionResult,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<string>
  }

  /** An OAuth error response: `error` is the code, `error_detail` is for the log alone. */
  export class OIDCProviderError extends Error {
    readonly error: string
    readonly error_description?: string
    readonly error_detail?: string
    readonly statusCode: number
    readonly expose: boolean
    constructor(status: number, error: string)
  }

  /** A class whose constructor takes what only the log may see. */
  interface ErrorWithDetail {
    new (detail?: string): OIDCProviderError
  }

  /** A class whose constructor takes the description that the client sees. */
  interface ErrorWithDescription {
    new (description?: string): OIDCProviderError
  }

  /** A key whose private half the library does not get; `sign` yields the JWS signature. */
  export class ExternalSigningKey {
    alg: string | undefined
    /** By default its RFC 7638 thumbprint. */
    kid: string | undefined
    readonly use: string
    readonly kty: string | undefined
    readonly crv: string | undefined
    readonly x: string | undefined
    keyObject(): import('node:crypto').KeyObject
    sign(data: Buffer): Buffer | Promise<Buffer>
  }

  export const errors: {
    readonly InvalidGrant: ErrorWithDetail
    readonly InvalidClientAuth: ErrorWithDetail
    readonly InvalidScope: { new (description: string, scope: string): OIDCProviderError }
    readonly InvalidTarget: ErrorWithDescription
    readonly InvalidAuthorizationDetails: ErrorWithDescription
    readonly InvalidRequest: ErrorWithDescription
    readonly InvalidDpopProof: ErrorWithDescription
    readonly UseDpopNonce: ErrorWithDescription
    readonly OIDCProviderError: typeof OIDCProviderError
    readonly SessionNotFound: ErrorWithDescription
  }

  export interface Check {
    readonly reason: string
  }

  export interface Checks {
    clear(): void
    add(check: Check): void
  }

  export interface Policy {
    get(name: 'login' | 'consent'): { readonly checks: Checks } | undefined
  }

  export const interactionPolicy: {
    readonly base: () => Policy
    readonly Check: new (reason: string, description: string, error: string, check: (ctx: Context) => boolean) => Check
  }
}

/** Not an entry point: pinned to the exact version. */
declare module 'oidc-provider/lib/actions/grants/index.js' {
  import type { Context, Provider } from 'oidc-provider'

  export interface Grant {
    readonly grantType: string
    readonly parameters: ReadonlySet<string>
    handler(provider: Provider, helpers: Readonly<Record<string, unknown>>, ctx: Context): Promise<void>
  }
  export const authorization_code: Grant
  export const client_credentials: Grant
  export const refresh_token: Grant
}

/** Not an entry point: pinned to the exact version. What the grants are given, each taking the provider first. */
declare module 'oidc-provider/lib/helpers/grants.js' {
  import type { Provider } from 'oidc-provider'

  type Helper = (provider: Provider, ...rest: unknown[]) => unknown
  const helpers: Readonly<Record<string, Helper>> & {
    readonly validateGrant: Helper
    readonly buildTokenResponse: Helper
  }
  export = helpers
}

/** Not an entry point: pinned to the exact version. What the library holds for a provider. */
declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  import type { ExternalSigningKey, Provider } from 'oidc-provider'

  interface Internals {
    /** Signs with the first that fits. */
    readonly keystore: { clear(): void; add(key: ExternalSigningKey): void }
    /** What its JWKS says. */
    jwks: { keys: object[] }
  }
  export default function instance(provider: Provider): Internals
}
