/** The options, checked and completed: what the checks read. Made once, when the guard is. */
import {
  type Clock,
  createMemoryLedger,
  type Events,
  type Ledger,
  normaliseHttpUri,
  systemClock,
  type Verifier,
} from '@countersign/core'
import type { ProtectedResourceMetadata } from '@countersign/core/wire'
import {
  createProofVerifier,
  defaultProofPolicy,
  type NonceRing,
  type ProofPolicy,
  type ProofVerifier,
} from '@countersign/dpop'
import { createDefaultVerifier } from '#default-verifier'
import {
  type AttestationSettings,
  type CreateVerifier,
  createAttestationSettings,
} from './attestation/attestation-settings.ts'
import { createSecurityEventReceiver, type SecurityEventReceiver } from './attestation/security-events.ts'
import { ConfigurationError } from './configuration-error.ts'
import { type ContinuationSeals, createContinuationSeals } from './continuations/continuation-seals.ts'
import { createDegradedMode, type DegradedMode } from './degraded/degraded-mode.ts'
import { createOwnNonces } from './degraded/own-nonces.ts'
import { readAffinity } from './degraded/read-affinity.ts'
import { assertStoreOptions } from './degraded/store-options.ts'
import type { GuardOptions } from './guard-options.ts'
import { createLegacyCarriage, type LegacyCarriage } from './legacy/legacy-carriage.ts'
import { completeLimits, type Limits } from './limits.ts'
import { createRequirementTables, type RequirementTables } from './policy/requirement-tables.ts'
import { createScopeExpansion } from './policy/scope-hierarchy.ts'
import { assertScopes } from './policy/scope-names.ts'
import { isSecureUrl } from './policy/secure-url.ts'
import { createPressure, type Pressure } from './pressure/pressure.ts'
import { describeProtectedResource } from './protected-resource-metadata.ts'
import { followChannel, tellSecurityEvents } from './push/follow-channel.ts'
import { createSessionSeals, type SessionSeals } from './sessions/session-seals.ts'
import type { TokenRevocations } from './token/revocation/token-revocations.ts'
import type { AccessTokenReader } from './token/token-reader.ts'
import { createTokens } from './token/tokens.ts'
import type { TrustedIssuer } from './token/trusted-issuer.ts'

/** Everything that stays the same from call to call. */
export interface GuardContext {
  readonly resource: string
  /** Normalised (RFC 3986 §6.2): what `htu` is compared with. */
  readonly endpoint: string
  readonly hosts: ReadonlySet<string>
  readonly origins: ReadonlySet<string>
  readonly bearer: 'refused' | 'allowed'
  readonly initialScopes: readonly string[]
  readonly requirements: RequirementTables
  /** Absent where calls are not judged by those before them. */
  readonly pressure: Pressure | undefined
  readonly limits: Limits
  readonly issuers: ReadonlyMap<string, TrustedIssuer>
  readonly readToken: AccessTokenReader
  readonly revocations: TokenRevocations
  readonly proofs: ProofVerifier
  readonly attestation: AttestationSettings
  readonly securityEvents: SecurityEventReceiver | undefined
  /** Attestations that come in `initialize`; absent without a trust list. */
  readonly legacy: LegacyCarriage | undefined
  readonly nonces: NonceRing
  /** Absent where the ledger is not on a store that several processes share, and that may fail alone. */
  readonly degraded: DegradedMode | undefined
  /** Calls that answered `input_required`, as their callers keep them. */
  readonly continuations: ContinuationSeals
  readonly sessions: SessionSeals
  readonly ledger: Ledger
  readonly verifier: Verifier
  readonly clock: Clock
  readonly events: Events | undefined
  readonly metadata: ProtectedResourceMetadata
}

/** Seconds for which the widest proof policy asks an id to be kept, not counting the time that a body takes. */
const longestRetention = 660

/** What a weakened guard has of its own. */
export interface GuardParts {
  readonly createAttestationVerifier?: CreateVerifier
  /** Stands between the guard and its ledger. */
  readonly wrapLedger?: (ledger: Ledger) => Ledger
}

/** Throws `ConfigurationError`, with the cure in the message. */
export function createGuardContext(options: GuardOptions, parts: GuardParts = {}): GuardContext {
  const endpoint = readEndpoint(options)
  const { clock = systemClock, verifier = createDefaultVerifier(), events } = options
  const limits = completeLimits(options.limits)
  const maxRetention = longestRetention + limits.bodySeconds
  const given = options.ledger ?? createMemoryLedger({ clock, maxRetention })
  const ledger = parts.wrapLedger?.(given) ?? given
  const policy = readProofPolicy(options, ledger)
  const requirements = createRequirementTables(options)
  const { clockDifference } = policy
  const owner = readAffinity(options, { clock, maxRetention })
  const degraded =
    ledger.store && createDegradedMode({ ledger, store: ledger.store, owner, clockDifference, clock, events })
  const nonces = degraded?.nonces ?? createOwnNonces(options, ledger, { clockDifference, clock })
  assertCounting(requirements, ledger)
  assertStoreOptions(options, requirements, ledger)
  const expandScopes = createScopeExpansion(options.scopeImplies ?? {})
  const tokens = createTokens(options, { verifier, clock, events, expandScopes, maxLength: limits.tokenLength })
  if (options.channel !== undefined) followChannel(options.channel, { ...tokens, ...options })
  return {
    resource: options.resource,
    endpoint,
    hosts: readHosts(options, endpoint),
    origins: readOrigins(options),
    bearer: options.bearer ?? 'refused',
    initialScopes: readInitialScopes(options),
    requirements,
    pressure: createPressure(options, clock),
    limits,
    issuers: tokens.issuers,
    readToken: tokens.read,
    revocations: tokens.revocations,
    proofs: createProofs({ verifier, clock, nonces, policy }),
    attestation: createAttestationSettings(
      options,
      { verifier, clock, ledger, ...(events !== undefined && { events }) },
      parts.createAttestationVerifier,
    ),
    legacy: createLegacyCarriage(options, { verifier, clock, ledger, ...(events !== undefined && { events }) }),
    securityEvents: createSecurityEventReceiver(options, {
      endpoint,
      bodySeconds: limits.bodySeconds,
      tell: tellSecurityEvents(options.channel),
    }),
    nonces,
    degraded,
    continuations: createContinuationSeals(options.continuationSecret, options.resource),
    sessions: createSessionSeals(),
    ledger,
    verifier,
    clock,
    events,
    metadata: describeProtectedResource(options, [...tokens.issuers.keys()], policy.algorithms),
  }
}

/** Host names compare without case (RFC 9110 §4.2.3). */
function readHosts({ hosts }: GuardOptions, endpoint: string): ReadonlySet<string> {
  return new Set((hosts ?? [new URL(endpoint).host]).map((host) => host.toLowerCase()))
}

/** As browsers write them (RFC 6454 §6.2); `null` is the origin of every sandboxed page. */
function readOrigins({ origins = [] }: GuardOptions): ReadonlySet<string> {
  for (const origin of origins) {
    const url = URL.parse(origin)
    const written = url?.origin === 'null' ? `${url.protocol}//${url.host}` : url?.origin
    if (written !== origin) {
      throw new ConfigurationError(`origins: '${origin}' must be a scheme and a host, such as 'https://app.example'`)
    }
  }
  return new Set(origins)
}

function readInitialScopes({ initialScopes = [], scopesSupported = [] }: GuardOptions): readonly string[] {
  assertScopes('initialScopes', initialScopes)
  assertScopes('scopesSupported', scopesSupported)
  return [...initialScopes]
}

function createProofs(options: Parameters<typeof createProofVerifier>[0]): ProofVerifier {
  try {
    return createProofVerifier(options)
  } catch (error) {
    throw error instanceof RangeError ? new ConfigurationError(`proofs: ${error.message}`) : error
  }
}

function readEndpoint({ resource, endpoint = resource }: GuardOptions): string {
  for (const [name, url] of Object.entries({ resource, endpoint })) {
    if (!isSecureUrl(url) || url.includes('#')) {
      throw new ConfigurationError(
        `${name} is '${url}', but must be an https URL without a fragment; plain http is accepted only on loopback (127.0.0.1, [::1], localhost)`,
      )
    }
  }
  const normalised = normaliseHttpUri(endpoint)
  if (normalised === undefined || endpoint.includes('?')) {
    throw new ConfigurationError(`endpoint is '${endpoint}', but must be a plain URL without a query`)
  }
  return normalised
}

/** Whoever could have the process restarted would have every use again. */
function assertCounting({ tools }: RequirementTables, { lifetime }: Ledger): void {
  if (!tools.asksForCapability || lifetime === 'durable') return
  throw new ConfigurationError(
    'tools: capability needs its uses counted for good, and a ledger in memory forgets them at a restart; give the guard a durable ledger, such as createSqliteLedger of @countersign/ledgers/sqlite',
  )
}

/** A ledger that forgets at a restart is safe only for proofs whose nonce the restart invalidates too. */
function readProofPolicy({ proofs = {} }: GuardOptions, ledger: Ledger): ProofPolicy {
  const wanted = { ...defaultProofPolicy, ...proofs }
  if (ledger.lifetime === 'durable') return wanted
  if (proofs.nonce === 'optional') {
    throw new ConfigurationError(
      "proofs.nonce can't be 'optional' with a ledger in memory, which forgets spent proofs at a restart; give the guard a durable ledger",
    )
  }
  return { ...wanted, nonce: 'required' }
}
