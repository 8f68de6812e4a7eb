/** Who passed a token on, and what it was exchanged from: `act` (RFC 8693 §4.1), and our `derived_from` and `derived_keys`. */
import { isJsonObject, type JsonObject, type JsonValue, ok, type Result, refuse } from '@countersign/core'
import type { ActorClaim } from '@countersign/core/wire'
import type { AccessToken } from './access-token.ts'

/** A chain of ours has four links at the most; other people's may be longer, up to this. */
const longestChain = 8
const mostAncestors = 4

/** Refuses `invalid_token`: a chain that can't be read may hide somebody who was revoked. */
export function readDelegation(claims: JsonObject): Result<Pick<AccessToken, 'act' | 'derivedFrom' | 'derivedKeys'>> {
  const { act: claimedAct, derived_from: claimedAncestors, derived_keys: claimedKeys } = claims
  const act = claimedAct === undefined ? undefined : readActor(claimedAct, longestChain)
  if (act === undefined && claimedAct !== undefined) return refuse('invalid_token', 'act')
  const derivedFrom = readAncestors(claimedAncestors)
  if (derivedFrom === undefined) return refuse('invalid_token', 'derived_from')
  const derivedKeys = readAncestors(claimedKeys)
  if (derivedKeys === undefined) return refuse('invalid_token', 'derived_keys')
  return ok({
    ...(act && { act }),
    ...(derivedFrom.length > 0 && { derivedFrom }),
    ...(derivedKeys.length > 0 && { derivedKeys }),
  })
}

/** Members beside `sub` and `act`, which others may write, are left behind. */
function readActor(value: JsonValue, depth: number): ActorClaim | undefined {
  if (!isJsonObject(value) || depth === 0) return undefined
  const sub = Object.hasOwn(value, 'sub') ? value.sub : undefined
  if (typeof sub !== 'string' || sub === '') return undefined
  if (!Object.hasOwn(value, 'act') || value.act === undefined) return { sub }
  const act = readActor(value.act, depth - 1)
  return act === undefined ? undefined : { sub, act }
}

function readAncestors(value: JsonValue | undefined): readonly string[] | undefined {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > mostAncestors) return undefined
  const ids = value.filter((id) => typeof id === 'string' && id !== '')
  return ids.length === value.length ? ids.map(String) : undefined
}

/** The ids of all actors, the present one first. */
export function listActors(act: ActorClaim | undefined): readonly string[] {
  return act === undefined ? [] : [act.sub, ...listActors(act.act)]
}
