/** Capabilities: one tool, limited arguments, a window of time, a number of uses. No I/O. */
export type {
  Capability,
  CapabilityAncestor,
  CapabilityIn,
  CapabilityPlace,
  CapabilityRequest,
  ToolCall,
} from './capability.ts'
export type { CapabilityFault, CapabilityJudgement, CapabilityResult } from './capability-result.ts'
export type { ArgumentConstraints, Constraint } from './constraint.ts'
export type { CapabilityRequirement, CompleteCapabilityRequirement } from './requirement/capability-requirement.ts'
