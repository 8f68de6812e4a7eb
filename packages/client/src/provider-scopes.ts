/** Which scopes the SDK may ask for through a provider: it steps up by itself, with nobody asked, unless this says no. */
import { parseScope } from '@countersign/core/wire'
import type { AgentParts } from './agent-parts.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import { chooseFirstScopes } from './first-scopes.ts'
import { missingScopes, uniteScopes } from './scope-set.ts'
import { ask } from './step-up.ts'

/** What a token request may ask for. */
export interface ScopeDecision {
  /** Undefined leaves the choice to the authorization server. */
  readonly scopes: readonly string[] | undefined
  /** Whether a refresh token would not do. */
  readonly widens: boolean
  /** What a refresh must say, or it would renew what was approved once; undefined where it may stay silent. */
  readonly narrowed: readonly string[] | undefined
}

/** Keeps account of the scopes of one provider. */
export class ProviderScopes {
  readonly #parts: Pick<AgentParts, 'stepUp' | 'scopes' | 'clock'>
  #supported: string | undefined
  #challenged: readonly string[] | undefined
  /** What a renewal asks for; undefined until the first token. */
  #lasting: readonly string[] | undefined
  #held: { readonly scopes: readonly string[]; readonly endsAt: number | undefined } | undefined
  /** All that goes with the refresh token in use. */
  #granted: readonly string[] | undefined
  #asked: readonly string[] | undefined

  constructor(parts: Pick<AgentParts, 'stepUp' | 'scopes' | 'clock'>) {
    this.#parts = parts
  }

  /** What the latest token request asked for. */
  get asked(): readonly string[] | undefined {
    return this.#asked
  }

  /** Remembers `scopes_supported`: the SDK asks for all of them where a challenge names none. */
  observeSupported(scopes: readonly string[] | undefined): void {
    this.#supported = scopes?.join(' ')
  }

  /** Remembers what the latest challenge of the server named: where the SDK asks for all, that is the demand in it. */
  observeChallenge(scopes: readonly string[] | undefined): void {
    this.#challenged = scopes
  }

  /** Remembers what a token carries; `endsAt` is a NumericDate. */
  hold(scopes: readonly string[], endsAt: number | undefined): void {
    this.#lasting ??= scopes
    this.#granted ??= scopes
    this.#held = { scopes, endsAt }
  }

  /** Forgets the token and its refresh token; what the agent may have stays as it was. */
  forgetToken(): void {
    this.#granted = undefined
    this.#held = undefined
  }

  /**
   * Decides what a token request may ask for; callers see to it that there is one at a time.
   *
   * @param scope as the SDK wants it
   * @throws AuthorizationRefused `approval_refused`, `approval_failed`
   */
  async decide(resource: string, scope: string | undefined): Promise<ScopeDecision> {
    const decision = this.#lasting === undefined ? this.#begin(resource, scope) : await this.#widen(resource, scope)
    this.#asked = decision.scopes
    return decision
  }

  /** What the server demands, as far as the SDK's wish tells: all that the server has may be a demand for the last of it. */
  #readDemand(scope: string | undefined): readonly string[] | undefined {
    if (scope === undefined) return undefined
    return scope === this.#supported ? this.#challenged : parseScope(scope)
  }

  /** Asking for everything that a server has is what nobody decided on: the authorization server's default it is then. */
  #begin(resource: string, scope: string | undefined): ScopeDecision {
    const supported = this.#supported === undefined ? undefined : parseScope(this.#supported)
    const scopes = chooseFirstScopes(this.#parts.scopes, { resource, challenged: this.#readDemand(scope), supported })
    this.#lasting = scopes
    return { scopes, widens: false, narrowed: undefined }
  }

  async #widen(resource: string, scope: string | undefined): Promise<ScopeDecision> {
    const lasting = this.#lasting ?? []
    const wanted = this.#readDemand(scope) ?? []
    const missing = missingScopes(wanted, uniteScopes(lasting, this.#current()))
    if (missing.length === 0) {
      const granted = this.#granted ?? []
      const narrowed = granted.filter((name) => lasting.includes(name))
      return { scopes: lasting, widens: false, narrowed: narrowed.length < granted.length ? narrowed : undefined }
    }
    await this.#allow(resource, missing)
    this.#granted = undefined
    return { scopes: uniteScopes(lasting, wanted), widens: true, narrowed: undefined }
  }

  async #allow(resource: string, missing: readonly string[]): Promise<void> {
    const { unattended, approve } = this.#parts.stepUp
    if (missing.every((name) => unattended.includes(name))) {
      this.#lasting = uniteScopes(this.#lasting ?? [], missing)
      return
    }
    if (approve !== undefined && (await ask(approve, { resource, scopes: missing }))) return
    throw new AuthorizationRefused(
      'approval_refused',
      'The server demands scopes that nobody allowed; list them in `stepUp.scopes`, or approve them.',
    )
  }

  /** Approved scopes count until the token that they were approved for ends. */
  #current(): readonly string[] {
    const held = this.#held
    if (held === undefined || (held.endsAt !== undefined && this.#parts.clock() >= held.endsAt)) return []
    return held.scopes
  }
}
