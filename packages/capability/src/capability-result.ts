/** What comes of reading or making a capability: it, or one constant word that says why not. */

/**
 * Why. The words are ours and safe to log:
 * - `not_json`, `depth`, `size`: no JSON value, nested too deeply, too long or of too many parts
 * - `type`, `unknown_member`, `id`, `locations`, `tool`, `uses`, `seconds`, `not_before`, `expires`, `ancestors`,
 *   `approved_at`:
 *   the member that is missing, malformed or out of bounds
 * - `window`: it would expire before it begins, or begin too far ahead
 * - `arguments`, `pointer`, `overlap`: no table of constraints; a name that is no pointer; a pointer inside another
 * - `constraint`: not exactly one kind, or an unknown one
 * - `constraint_value`: a value that its kind cannot have, or that contradicts itself
 * - `list`, `unknown_type`, `duplicate_id`: what is wrong with the list as a whole
 */
export type CapabilityFault =
  | 'not_json'
  | 'depth'
  | 'size'
  | 'type'
  | 'unknown_member'
  | 'id'
  | 'locations'
  | 'tool'
  | 'uses'
  | 'seconds'
  | 'not_before'
  | 'expires'
  | 'ancestors'
  | 'approved_at'
  | 'window'
  | 'arguments'
  | 'pointer'
  | 'overlap'
  | 'constraint'
  | 'constraint_value'
  | 'list'
  | 'unknown_type'
  | 'duplicate_id'

/** The value, or why there is none. */
export type CapabilityResult<Value, Reason extends string = CapabilityFault> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Reason }

/** Whether something holds, or why not. */
export type CapabilityJudgement<Reason extends string> =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: Reason }

/** Says no, with one constant word. */
export function fail<Reason extends string>(reason: Reason): { readonly ok: false; readonly reason: Reason } {
  return { ok: false, reason }
}
