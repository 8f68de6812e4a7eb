/** The guard: decides about calls of one MCP server. */
import type { ProtectedResourceMetadata } from '@countersign/core/wire'
import { type AuthInfo, createAuthInfo } from './auth-info.ts'
import { judge } from './decide.ts'
import type { Decision } from './decision.ts'
import { createGuardContext, type GuardParts } from './guard-context.ts'
import type { GuardOptions } from './guard-options.ts'
import { createGuardedServer, type GuardedServer, type McpHandler } from './guarded-server.ts'
import type { IncomingCall } from './incoming-call.ts'
import { createLegacyRefusal } from './legacy/legacy-response.ts'
import { type Policy, policy, selectChecks } from './policy.ts'
import { type GuardNeed, probeGuard } from './readiness.ts'
import { createRefusal } from './response/refusal.ts'
import { readWebRequest } from './web-request.ts'

/** Stands before one MCP server. */
export interface Guard {
  /** What is served at the well-known URL (RFC 9728). */
  readonly metadata: ProtectedResourceMetadata
  /**
   * Judges a request; yields what the MCP SDK's handlers take, or the response to send instead. Consumes the body.
   * For handlers without sessions: `protect` also binds sessions and streams to their caller, keeps credentials from
   * the handler, and lets a call that asks for input go on without a second use of its capability.
   */
  check(request: Request): Promise<{ authInfo: AuthInfo; parsedBody: unknown } | Response>
  /** Judges a call that an adapter has read; yields the decision itself. */
  decide(incoming: IncomingCall): Promise<Decision>
  /**
   * True when good calls would find what they need now, for readiness probes: fetches keys that are not there yet, spends
   * an id. Leave it to nobody who may ask more than once a second.
   */
  probe(need: GuardNeed): Promise<boolean>
  /** Puts an MCP handler behind the guard, with metadata and CORS. */
  protect(handler: McpHandler): GuardedServer
}

/** Makes a guard; throws `ConfigurationError`, naming the cure, when the options are not safe to run with. */
export function createGuard(options: GuardOptions): Guard {
  return assembleGuard(options, policy)
}

/** A guard with the given policy, and parts of its own where it is a weakened one. */
export function assembleGuard(options: GuardOptions, withPolicy: Policy, parts: GuardParts = {}): Guard {
  const context = createGuardContext(options, parts)
  const selected = selectChecks(withPolicy, context)
  const decideCall = (incoming: IncomingCall) => judge(incoming, context, selected).then(({ decision }) => decision)
  return {
    metadata: context.metadata,
    decide: decideCall,
    probe: (need) => probeGuard(need, context),
    protect: (handler) => createGuardedServer(handler, options, context, selected),
    async check(request) {
      const { call, decision } = await judge(readWebRequest(request), context, selected)
      if (!decision.allowed) {
        return (
          createLegacyRefusal(call, decision, context) ?? createRefusal(decision.rejection, decision.nonce, context)
        )
      }
      return { authInfo: createAuthInfo(decision.caller, context.resource), parsedBody: decision.body }
    },
  }
}
