/** Countersign's ground: rejections, results, strict JWS reading, ports. No I/O, web-standard APIs only. */
export { constantTimeEquals } from './constant-time.ts'
export { describeFault, type Fault } from './fault.ts'
export { normaliseHttpUri } from './http/http-uri.ts'
export { isLoopbackHost } from './http/loopback.ts'
export { parseAlgorithm, type SignatureAlgorithm, signatureAlgorithms } from './jose/algorithms.ts'
export { decodeBase64url, encodeBase64url } from './jose/base64url.ts'
export {
  type CompactJws,
  type JwsSegments,
  readCompactJws,
  readJoseHeader,
  readJsonSegment,
  splitCompactJws,
} from './jose/compact-jws.ts'
export { type PublicJwk, parsePublicJwk } from './jose/jwk.ts'
export { isJsonObject, type JsonLimits, type JsonObject, type JsonValue, parseStrictJson } from './jose/strict-json.ts'
export { thumbprintInput } from './jose/thumbprint.ts'
export { LedgerUnavailable } from './ledger/ledger-unavailable.ts'
export { createMemoryLedger } from './ledger/memory-ledger.ts'
export { createProofOwner } from './ledger/proof-owner.ts'
export { spendKey } from './ledger/spend-key.ts'
export type { AttestationCarriage, AttestationEvent, AttestationEvents } from './ports/attestation-events.ts'
export { CLOCK_DIFFERENCE, type Clock, systemClock } from './ports/clock.ts'
export type { Events, GuardEvent, Weakening } from './ports/events.ts'
export type { KeyRing } from './ports/key-ring.ts'
export type {
  Ledger,
  SharedStore,
  Spend,
  SpendKind,
  SpendOutcome,
  StoreEpoch,
  StoreEvent,
  StoreFault,
  StoreHealth,
} from './ports/ledger.ts'
export type { ProofOwner } from './ports/proof-owner.ts'
export type { SharedChannel } from './ports/shared-channel.ts'
export type { Awaitable, Verifier, VerifyKey } from './ports/verifier.ts'
export { type Rejection, type RejectionCode, refuse, rejections } from './rejection.ts'
export { type Ok, ok, type Refused, type Result } from './result.ts'
export { createPortableVerifier } from './verifier/portable-verifier.ts'
