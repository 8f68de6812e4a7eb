/** What the authorization servers publish (RFC 8414): that it is theirs, and which old habits they still have. */
import type { JsonObject } from '@countersign/core'
import { type AuditContext, type Check, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { readText, readTexts } from '../target/json-document.ts'
import type { NamedServer } from '../target/metadata.ts'
import { specifications } from './specifications.ts'

const missing: Weakness = {
  id: 'no_issuer_metadata',
  severity: 'medium',
  title: 'An authorization server publishes no metadata',
  spec: {
    sentence:
      'MCP authorization servers MUST provide at least one of the following discovery mechanisms: OAuth 2.0 Authorization Server Metadata (RFC8414), OpenID Connect Discovery 1.0.',
    link: specifications.mcpAuthorization('overview'),
  },
  fix: 'Serve /.well-known/oauth-authorization-server.',
}

const misnamed: Weakness = {
  id: 'issuer_mismatch',
  severity: 'high',
  title: 'The metadata of an authorization server is of another issuer',
  spec: {
    sentence:
      'The "issuer" value returned MUST be identical to the authorization server’s issuer identifier value into which the well-known URI string was inserted to create the URL used to retrieve the metadata.',
    link: specifications.rfc8414('3.3'),
  },
  fix: 'Set issuer to the exact identifier that resources name.',
}

const withoutPkce: Weakness = {
  id: 'pkce_not_advertised',
  severity: 'high',
  title: 'An authorization server does not say that it does PKCE with S256',
  spec: {
    sentence:
      'If code_challenge_methods_supported is absent, the authorization server does not support PKCE and MCP clients MUST refuse to proceed.',
    link: specifications.mcpAuthorization('authorization-code-protection'),
  },
  fix: 'Demand PKCE, and list S256 in code_challenge_methods_supported.',
}

const plainPkce: Weakness = {
  id: 'pkce_plain',
  severity: 'medium',
  title: 'An authorization server takes PKCE by the plain method',
  spec: {
    sentence:
      'Since the code challenge is the same as the code verifier in this case, the "plain" method does not protect against the eavesdropping of the initial request.',
    link: specifications.rfc7636('7.2'),
  },
  fix: 'Leave "plain" out, and refuse it.',
}

const implicit: Weakness = {
  id: 'implicit_grant',
  severity: 'medium',
  title: 'An authorization server hands out tokens in URLs',
  spec: {
    sentence:
      'Clients SHOULD NOT use the implicit grant (response type "token") or other response types issuing access tokens in the authorization response.',
    link: specifications.rfc9700('2.1.2'),
  },
  fix: 'Leave every response type with "token" out.',
}

const password: Weakness = {
  id: 'password_grant',
  severity: 'medium',
  title: 'An authorization server takes passwords from clients',
  spec: {
    sentence: 'The resource owner password credentials grant MUST NOT be used.',
    link: specifications.rfc9700('2.4'),
  },
  fix: 'Switch the password grant off.',
}

const anonymous: Weakness = {
  id: 'response_without_issuer',
  severity: 'low',
  title: 'Authorization responses do not say who they are from',
  spec: {
    sentence:
      'authorization_response_iss_parameter_supported: Boolean parameter indicating whether the authorization server provides the iss parameter in the authorization response. If omitted, the default value is false.',
    link: specifications.rfc9207('3'),
  },
  fix: 'Send iss with every authorization response, against mix-up attacks.',
}

const unbound: Weakness = {
  id: 'issuer_without_dpop',
  severity: 'low',
  title: 'An authorization server binds tokens to no key',
  spec: {
    sentence:
      'Authorization and resource servers SHOULD use mechanisms for sender-constraining access tokens, such as mutual TLS for OAuth 2.0 or OAuth 2.0 Demonstrating Proof of Possession (DPoP).',
    link: specifications.rfc9700('2.2.1'),
  },
  fix: 'Issue DPoP-bound tokens, and list dpop_signing_alg_values_supported.',
}

/** The check. */
export const issuerMetadata: Check = {
  name: 'issuer_metadata',
  title: 'Do the authorization servers publish what is safe and true?',
  weaknesses: [missing, misnamed, withoutPkce, plainPkce, implicit, password, anonymous, unbound],
  async run(context) {
    const servers = context.target.authorizationServers
    if (servers.length === 0) return skip('the resource names no authorization server')
    const open = servers.filter(({ metadata }) => metadata !== undefined)
    if (open.length === 0) return skip(`on another host: name it with --allow-host (${servers[0]?.issuer})`)
    return open.flatMap((server) => judgeServer(context, server))
  },
}

function judgeServer(context: AuditContext, { issuer, metadata }: NamedServer): readonly Sighting[] {
  if (metadata === undefined) return []
  const { document, exchange } = metadata
  if (document === undefined) return [sight(context, missing, `${issuer} has no metadata.`, exchange)]
  const faults = [...judgeIdentity(issuer, document), ...judgeGrants(document)]
  return faults.map(([weakness, detail]) => sight(context, weakness, `${issuer}: ${detail}`, exchange))
}

type Fault = readonly [Weakness, string]

function judgeIdentity(issuer: string, document: JsonObject): readonly Fault[] {
  const said = readText(document, 'issuer')
  const algorithms = readTexts(document, 'dpop_signing_alg_values_supported')
  return [
    ...(said === issuer ? [] : [[misnamed, `issuer is ${said ?? 'absent'}.`] as const]),
    ...(algorithms.length > 0 ? [] : [[unbound, 'dpop_signing_alg_values_supported is absent.'] as const]),
  ]
}

function judgeGrants(document: JsonObject): readonly Fault[] {
  // Whoever has no authorization endpoint has neither codes nor responses to protect.
  const interactive = readText(document, 'authorization_endpoint') !== undefined
  const methods = readTexts(document, 'code_challenge_methods_supported')
  const types = readTexts(document, 'response_types_supported')
  const faults: readonly (readonly [boolean, Weakness, string])[] = [
    [interactive && !methods.includes('S256'), withoutPkce, 'code_challenge_methods_supported has no S256.'],
    [methods.includes('plain'), plainPkce, 'code_challenge_methods_supported has plain.'],
    [types.some((type) => type.split(' ').includes('token')), implicit, 'response_types_supported has token.'],
    [
      readTexts(document, 'grant_types_supported').includes('password'),
      password,
      'grant_types_supported has password.',
    ],
    [
      interactive && document.authorization_response_iss_parameter_supported !== true,
      anonymous,
      'authorization_response_iss_parameter_supported is not true.',
    ],
  ]
  return faults.flatMap(([holds, weakness, detail]) => (holds ? [[weakness, detail] as const] : []))
}
