/** What the server publishes of itself (RFC 9728): that it does, and that it is true. */
import { isLoopbackHost, type JsonObject } from '@countersign/core'
import { type AuditContext, type Check, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { readText, readTexts } from '../target/json-document.ts'
import type { Published } from '../target/metadata.ts'
import { specifications } from './specifications.ts'

const missing: Weakness = {
  id: 'no_resource_metadata',
  severity: 'medium',
  title: 'The server publishes no protected resource metadata',
  spec: {
    sentence:
      'MCP servers MUST implement the OAuth 2.0 Protected Resource Metadata (RFC9728) specification to indicate the locations of authorization servers.',
    link: specifications.mcpAuthorization('authorization-server-location'),
  },
  fix: 'Serve /.well-known/oauth-protected-resource followed by the path of the endpoint.',
}

const misnamed: Weakness = {
  id: 'resource_mismatch',
  severity: 'medium',
  title: 'The metadata is of another resource',
  spec: {
    sentence:
      'The "resource" value returned MUST be identical to the protected resource’s resource identifier value into which the well-known URI path suffix was inserted to create the URL used to retrieve the metadata.',
    link: specifications.rfc9728('3.3'),
  },
  fix: 'Set resource to the exact URL of the endpoint; clients that follow the specification use none of this document.',
}

const orphaned: Weakness = {
  id: 'no_authorization_servers',
  severity: 'medium',
  title: 'The metadata names no authorization server',
  spec: {
    sentence:
      'The Protected Resource Metadata document returned by the MCP server MUST include the authorization_servers field containing at least one authorization server.',
    link: specifications.mcpAuthorization('authorization-server-location'),
  },
  fix: 'List the issuers whose tokens the server takes in authorization_servers.',
}

const insecure: Weakness = {
  id: 'insecure_authorization_server',
  severity: 'high',
  title: 'The metadata leads to an authorization server over plain http',
  spec: {
    sentence: 'All authorization server endpoints MUST be served over HTTPS.',
    link: specifications.mcpAuthorization('communication-security'),
  },
  fix: 'Name issuers by https URLs.',
}

const byQuery: Weakness = {
  id: 'query_tokens_advertised',
  severity: 'medium',
  title: 'The metadata invites tokens in URLs',
  spec: {
    sentence: 'Access tokens MUST NOT be included in the URI query string.',
    link: specifications.mcpAuthorization('token-requirements'),
  },
  fix: 'Leave "query" out of bearer_methods_supported.',
}

const unbound: Weakness = {
  id: 'dpop_not_advertised',
  severity: 'low',
  title: 'The metadata does not offer sender-constrained tokens',
  spec: {
    sentence:
      'Authorization and resource servers SHOULD use mechanisms for sender-constraining access tokens, such as mutual TLS for OAuth 2.0 or OAuth 2.0 Demonstrating Proof of Possession (DPoP).',
    link: specifications.rfc9700('2.2.1'),
  },
  fix: 'Verify DPoP proofs, and say so with dpop_signing_alg_values_supported.',
}

/** The check. */
export const resourceMetadata: Check = {
  name: 'resource_metadata',
  title: 'Does the server say who issues tokens for it, and is that true?',
  weaknesses: [missing, misnamed, orphaned, insecure, byQuery, unbound],
  async run(context) {
    const { resourceMetadata: published } = context.target
    if (published?.exchange.failure === 'host_not_allowed') {
      return skip('its metadata is on another host: name that with --allow-host')
    }
    if (published?.document === undefined) {
      const evidence = published === undefined ? [] : [published.exchange]
      return [sight(context, missing, 'None of the well-known places has a JSON document.', ...evidence)]
    }
    return judgeDocument(context, published, published.document)
  },
}

function judgeDocument(context: AuditContext, { exchange }: Published, document: JsonObject): readonly Sighting[] {
  const { url } = context.target
  const issuers = readTexts(document, 'authorization_servers')
  const plain = issuers.find(isPlain)
  const resource = readText(document, 'resource')
  const algorithms = readTexts(document, 'dpop_signing_alg_values_supported')
  const faults: readonly (readonly [boolean, Weakness, string])[] = [
    [
      resource !== url.href && resource !== url.href.replace(/\/$/, ''),
      misnamed,
      `resource is ${resource ?? 'absent'}, the endpoint is ${url.href}.`,
    ],
    [issuers.length === 0, orphaned, 'authorization_servers is absent or empty.'],
    [plain !== undefined, insecure, `authorization_servers names ${plain}.`],
    [
      readTexts(document, 'bearer_methods_supported').includes('query'),
      byQuery,
      'bearer_methods_supported has "query".',
    ],
    [algorithms.length === 0, unbound, 'dpop_signing_alg_values_supported is absent.'],
  ]
  return faults.flatMap(([holds, weakness, detail]) => (holds ? [sight(context, weakness, detail, exchange)] : []))
}

function isPlain(issuer: string): boolean {
  const url = URL.parse(issuer)
  return url?.protocol === 'http:' && !isLoopbackHost(url.hostname)
}
