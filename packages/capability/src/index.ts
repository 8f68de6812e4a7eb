/** Capabilities: one tool, limited arguments, a window of time, a number of uses. No I/O. */
export type {
  Capability,
  CapabilityAncestor,
  CapabilityPlace,
  CapabilityRequest,
  CapabilityTerms,
  ToolCall,
} from './capability.ts'
export type { CapabilityFault, CapabilityJudgement, CapabilityResult } from './capability-result.ts'
export { capabilitySpends } from './capability-spends.ts'
export { type CompiledCapability, compileCapability } from './compile-capability.ts'
export type { ArgumentConstraints, Constraint } from './constraint.ts'
export type { CharacterMark } from './describe/character-marks.ts'
export { type CapabilityDescription, describeCapability } from './describe/describe-capability.ts'
export type { DescriptionPart } from './describe/description-part.ts'
export { type CapabilityWords, englishWords } from './describe/words.ts'
export { MOST_AHEAD, MOST_SECONDS } from './limits.ts'
export { type CapabilityMatch, type MismatchReason, matchCapability, type TimedCall } from './match-capability.ts'
export { type GrantContext, type MintContext, mintCapability } from './mint-capability.ts'
export { type NarrowFault, narrowCapability } from './narrow-capability.ts'
export { type Attenuable, narrows, type WiderReason } from './narrows.ts'
export { parseCapabilities } from './parse-capabilities.ts'
export { parseCapability } from './parse-capability.ts'
export type { CapabilityRequirement, CompleteCapabilityRequirement } from './requirement/capability-requirement.ts'
export { completeCapabilityRequirement } from './requirement/complete-requirement.ts'
export {
  describeWantedCapability,
  equalsWantedCapability,
  type UnwantedReason,
  type WantedFault,
  type WantedLimits,
} from './wanted-capability.ts'
