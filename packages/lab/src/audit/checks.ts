/** The audit, to be read from top to bottom: everything that a server is asked. */
import type { Check } from './check.ts'
import { ambiguousJson } from './checks/ambiguous-json.ts'
import { bodyBeforeToken } from './checks/body-before-token.ts'
import { challenge } from './checks/challenge.ts'
import { contentType } from './checks/content-type.ts'
import { foreignHost } from './checks/foreign-host.ts'
import { foreignOrigin } from './checks/foreign-origin.ts'
import { issuerMetadata } from './checks/issuer-metadata.ts'
import { reachable } from './checks/reachable.ts'
import { resourceMetadata } from './checks/resource-metadata.ts'
import { tokenRequired } from './checks/token-required.ts'

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
]
