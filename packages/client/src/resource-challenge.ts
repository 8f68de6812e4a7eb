/** What a protected resource asks for in `WWW-Authenticate` (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1). */
import { type Challenge, parseChallenges, parseScope } from '@countersign/core/wire'

/** The parameters that the agent acts on; everything in here was written by the resource. */
export interface ResourceChallenge {
  readonly error: string | undefined
  readonly scopes: readonly string[] | undefined
  readonly resourceMetadata: string | undefined
  /** Base64url JSON: the details that a call lacks (draft-ietf-oauth-rar-metadata-remediation). */
  readonly remediation: string | undefined
}

const NOTHING: ResourceChallenge = {
  error: undefined,
  scopes: undefined,
  resourceMetadata: undefined,
  remediation: undefined,
}

/** No honest challenge names more scopes than this. */
const MOST_SCOPES = 64

/**
 * Reads the challenge of a 401 or 403 response: DPoP before Bearer, where there are several.
 *
 * @returns undefined when the response has challenges and none is for an OAuth access token; an empty challenge when
 * the header is missing, as the MCP specification has clients look for metadata then too
 */
export function readChallenge(response: Response): ResourceChallenge | undefined {
  const header = response.headers.get('www-authenticate')
  if (header === null) return NOTHING
  const challenges = parseChallenges(header)
  const chosen = find(challenges, 'dpop') ?? find(challenges, 'bearer')
  if (chosen === undefined) return undefined
  const { error, scope, resource_metadata: resourceMetadata } = chosen.params
  const scopes = scope === undefined ? undefined : parseScope(scope)
  return {
    error,
    scopes: scopes !== undefined && scopes.length > MOST_SCOPES ? undefined : scopes,
    resourceMetadata,
    remediation: chosen.params.authorization_remediation,
  }
}

function find(challenges: readonly Challenge[], scheme: string): Challenge | undefined {
  return challenges.find((challenge) => challenge.scheme.toLowerCase() === scheme)
}
