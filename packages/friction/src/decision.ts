/** What friction says to a call: go on, ask a person, or come back later. */

/** How hard a client leans on a tool; `high` takes a person's approval, `blocked` nothing but time. */
export type FrictionLevel = 'none' | 'low' | 'medium' | 'high' | 'blocked'

/** From which friction on a level holds; friction is from 0 to 1. */
export const frictionLevels = { medium: 0.3, high: 0.6, blocked: 0.95 } as const

/** Why a call is blocked; `client_id`: an id too long to be one. */
export type BlockReason = 'friction' | 'budget' | 'unavailable' | 'client_id'

/** What is to become of a call. */
export type FrictionDecision =
  | {
      readonly outcome: 'allowed'
      /** `none` also for a tool without friction, and where nobody could be asked and the policy is `allow`. */
      readonly level: Exclude<FrictionLevel, 'blocked'>
      /** 0 to 1, before this call. */
      readonly friction: number
    }
  | { readonly outcome: 'approval'; readonly level: 'high'; readonly friction: number }
  | {
      readonly outcome: 'blocked'
      readonly reason: BlockReason
      readonly friction: number
      /** Whole seconds, at least 1. */
      readonly retryAfter: number
    }

/** The level of a friction. */
export function levelOf(friction: number): FrictionLevel {
  if (friction >= frictionLevels.blocked) return 'blocked'
  if (friction >= frictionLevels.high) return 'high'
  if (friction > frictionLevels.medium) return 'medium'
  return friction > 0 ? 'low' : 'none'
}
