/** The audit, to be read from top to bottom: everything that a server is asked. */
import type { Check } from './check.ts'
import { ambiguousJson } from './checks/ambiguous-json.ts'
import { audience } from './checks/audience.ts'
import { bodyBeforeToken } from './checks/body-before-token.ts'
import { challenge } from './checks/challenge.ts'
import { contentType } from './checks/content-type.ts'
import { foreignHost } from './checks/foreign-host.ts'
import { foreignOrigin } from './checks/foreign-origin.ts'
import { framing } from './checks/framing.ts'
import { httpMethods } from './checks/http-methods.ts'
import { introspection } from './checks/introspection.ts'
import { issuerMetadata } from './checks/issuer-metadata.ts'
import { keyConfusion } from './checks/key-confusion.ts'
import { malformedInput } from './checks/malformed-input.ts'
import { messageSize } from './checks/message-size.ts'
import { passthrough } from './checks/passthrough.ts'
import { proofFaults } from './checks/proof-faults.ts'
import { proofReplay } from './checks/proof-replay.ts'
import { reachable } from './checks/reachable.ts'
import { resourceMetadata } from './checks/resource-metadata.ts'
import { revocation } from './checks/revocation.ts'
import { routingHeaders } from './checks/routing-headers.ts'
import { session } from './checks/session.ts'
import { severalCredentials } from './checks/several-credentials.ts'
import { tokenBinding } from './checks/token-binding.ts'
import { tokenEcho } from './checks/token-echo.ts'
import { tokenInUrl } from './checks/token-in-url.ts'
import { tokenLifetime } from './checks/token-lifetime.ts'
import { tokenRequired } from './checks/token-required.ts'
import { tokenSignature } from './checks/token-signature.ts'
import { toolScope } from './checks/tool-scope.ts'

/** What is asked of a stranger first, then what takes a token, then what takes many requests. */
export const checks: readonly Check[] = [
  reachable,
  // strangers
  tokenRequired,
  challenge,
  resourceMetadata,
  issuerMetadata,
  introspection,
  bodyBeforeToken,
  httpMethods,
  malformedInput,
  // calls that are served
  foreignOrigin,
  foreignHost,
  contentType,
  ambiguousJson,
  routingHeaders,
  framing,
  messageSize,
  session,
  // tokens
  tokenBinding,
  tokenSignature,
  keyConfusion,
  audience,
  tokenLifetime,
  tokenInUrl,
  severalCredentials,
  // proofs
  proofFaults,
  proofReplay,
  // tools
  toolScope,
  passthrough,
  // what has to come last
  tokenEcho,
  revocation,
]
