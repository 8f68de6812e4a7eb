/** The audit, to be read from top to bottom: everything that a server is asked. */
import type { Check } from './check.ts'
import { ambiguousJson } from './checks/ambiguous-json.ts'
import { audience } from './checks/audience.ts'
import { bodyBeforeToken } from './checks/body-before-token.ts'
import { challenge } from './checks/challenge.ts'
import { contentType } from './checks/content-type.ts'
import { foreignHost } from './checks/foreign-host.ts'
import { foreignOrigin } from './checks/foreign-origin.ts'
import { issuerMetadata } from './checks/issuer-metadata.ts'
import { proofFaults } from './checks/proof-faults.ts'
import { proofReplay } from './checks/proof-replay.ts'
import { reachable } from './checks/reachable.ts'
import { resourceMetadata } from './checks/resource-metadata.ts'
import { severalCredentials } from './checks/several-credentials.ts'
import { tokenBinding } from './checks/token-binding.ts'
import { tokenInUrl } from './checks/token-in-url.ts'
import { tokenLifetime } from './checks/token-lifetime.ts'
import { tokenRequired } from './checks/token-required.ts'
import { tokenSignature } from './checks/token-signature.ts'

/** What is asked of a stranger first, then what takes a token, then what takes many requests. */
export const checks: readonly Check[] = [
  reachable,
  // strangers
  tokenRequired,
  challenge,
  resourceMetadata,
  issuerMetadata,
  bodyBeforeToken,
  // calls that are served
  foreignOrigin,
  foreignHost,
  contentType,
  ambiguousJson,
  // tokens
  tokenBinding,
  tokenSignature,
  audience,
  tokenLifetime,
  tokenInUrl,
  severalCredentials,
  // proofs
  proofFaults,
  proofReplay,
]
