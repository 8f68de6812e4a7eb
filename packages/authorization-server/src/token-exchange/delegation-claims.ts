/** The claims of tokens that were exchanged (RFC 8693 §4): who acts, who may, and what the token was made from. */
import type { ActorClaim } from '@countersign/core/wire'

/** How often a right may be passed on or narrowed, one exchange after another. */
export const MOST_EXCHANGES = 4

/** What those claims say. */
export interface Delegation {
  /** As it stands in the token. */
  readonly act: ActorClaim | undefined
  /** The client that may exchange the token under a key of its own. */
  readonly mayAct: string | undefined
  /** Every client in `act`, the present one first. */
  readonly actors: readonly string[]
  /** The `jti` of each token before it, oldest first. */
  readonly derivedFrom: readonly string[]
  /** The thumbprint of each key that a token before it was bound to, other than its own; oldest first. */
  readonly derivedKeys: readonly string[]
}

/** Takes the claims of a token of our own making; what is not there, or is none of ours, says nothing. */
export function readDelegation(claims: Readonly<Record<string, unknown>> = {}): Delegation {
  const { act, may_act: mayAct, derived_from: derivedFrom, derived_keys: derivedKeys } = claims
  const actor = readActor(act, MOST_EXCHANGES + 1)
  return {
    act: actor,
    mayAct: hasSubject(mayAct) ? mayAct.sub : undefined,
    actors: listActors(actor),
    derivedFrom: listTexts(derivedFrom),
    derivedKeys: listTexts(derivedKeys),
  }
}

function listTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

function readActor(value: unknown, depth: number): ActorClaim | undefined {
  if (depth === 0 || !hasSubject(value)) return undefined
  const before = 'act' in value ? readActor(value.act, depth - 1) : undefined
  return before === undefined ? { sub: value.sub } : { sub: value.sub, act: before }
}

function listActors(actor: ActorClaim | undefined): readonly string[] {
  return actor === undefined ? [] : [actor.sub, ...listActors(actor.act)]
}

function hasSubject(value: unknown): value is { readonly sub: string } {
  return typeof value === 'object' && value !== null && 'sub' in value && typeof value.sub === 'string'
}
