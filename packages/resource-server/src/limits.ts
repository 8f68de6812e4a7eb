/** Bounds on everything a caller may send, so that no request costs more than it should. */
import { ConfigurationError } from './configuration-error.ts'

/** Sizes in bytes (ASCII headers: characters), times in seconds. */
export interface Limits {
  /** One access token, as it stands in `Authorization`. */
  readonly tokenLength: number
  /** One DPoP proof. */
  readonly proofLength: number
  /** One attestation; 8192 at the most. */
  readonly attestationLength: number
  /** The request body. */
  readonly bodyBytes: number
  /** How long the body may take to arrive. */
  readonly bodySeconds: number
  /** Nesting of arrays and objects in the body. */
  readonly jsonDepth: number
  /** JSON-RPC messages in one batch (protocol 2025-03-26 only). */
  readonly batchLength: number
}

/** No verifier of attestations reads more. */
const longestAttestation = 8192

/** Ample for MCP as it is used; a caller that needs more is unusual. */
const defaultLimits: Limits = {
  tokenLength: 8192,
  proofLength: 4096,
  attestationLength: longestAttestation,
  bodyBytes: 1024 * 1024,
  bodySeconds: 10,
  jsonDepth: 64,
  batchLength: 50,
}

/** Completes limits from the defaults; throws `ConfigurationError` for one that would bound nothing, or everything. */
export function completeLimits(partial: Partial<Limits> = {}): Limits {
  const limits = { ...defaultLimits, ...partial }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value <= 0) throw new ConfigurationError(`limits: ${name} must be a number above 0`)
  }
  if (limits.attestationLength > longestAttestation) {
    throw new ConfigurationError(`limits: attestationLength is ${longestAttestation} at the most`)
  }
  return limits
}
