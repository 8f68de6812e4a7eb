/** The guard in front of an MCP server. */
export type { AuthInfo } from './auth-info.ts'
export { ConfigurationError } from './configuration-error.ts'
export type { Caller, Decision } from './decision.ts'
export { createGuard, type Guard } from './guard.ts'
export type { GuardOptions, IssuerTrust, Requirement, RequirementTable } from './guard-options.ts'
export type { GuardedServer, McpHandler } from './guarded-server.ts'
export type { IncomingCall, Transport } from './incoming-call.ts'
export type { Limits } from './limits.ts'
