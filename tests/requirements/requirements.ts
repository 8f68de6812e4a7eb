/** What the specifications ask of these packages: one row each, in our own words, verified by at least one test. */
import { attestationRequirements } from './attestation-requirements.ts'
import { delegationRequirements } from './delegation-requirements.ts'
import { remediationRequirements } from './remediation-requirements.ts'
import { type Requirement, rfc } from './requirement.ts'

const mcp = (page: string): string => `https://modelcontextprotocol.io/specification/2026-07-28/basic/${page}`

/** All of them; `verifies` in a test names those that it verifies. */
export const requirements = [
  // RFC 9449: DPoP
  { id: 'RFC9449-4.3-1', source: rfc(9449, '4.3'), text: 'A request with more than one DPoP header is refused.' },
  { id: 'RFC9449-4.3-2', source: rfc(9449, '4.3'), text: 'The DPoP header holds one well-formed JWT.' },
  { id: 'RFC9449-4.3-3', source: rfc(9449, '4.3'), text: 'A proof without every required claim is refused.' },
  { id: 'RFC9449-4.3-4', source: rfc(9449, '4.3'), text: 'The typ of a proof is dpop+jwt.' },
  {
    id: 'RFC9449-4.3-5',
    source: rfc(9449, '4.3'),
    text: 'The alg of a proof is asymmetric, not none, and allowed here.',
  },
  {
    id: 'RFC9449-4.3-6',
    source: rfc(9449, '4.3'),
    text: 'The signature of a proof verifies with the jwk in its header.',
  },
  { id: 'RFC9449-4.3-7', source: rfc(9449, '4.3'), text: 'A proof whose jwk holds a private key is refused.' },
  { id: 'RFC9449-4.3-8', source: rfc(9449, '4.3'), text: 'htm is the method of the request.' },
  {
    id: 'RFC9449-4.3-9',
    source: rfc(9449, '4.3'),
    text: 'htu is the URI of the request, compared after normalisation.',
  },
  {
    id: 'RFC9449-4.3-10',
    source: rfc(9449, '4.3'),
    text: 'Where the server gave a nonce, the proof carries that nonce.',
  },
  { id: 'RFC9449-4.3-11', source: rfc(9449, '4.3'), text: 'A proof made too long ago or too far ahead is refused.' },
  { id: 'RFC9449-4.3-12', source: rfc(9449, '4.3'), text: 'ath is the hash of the access token sent with the proof.' },
  {
    id: 'RFC9449-4.3-13',
    source: rfc(9449, '4.3'),
    text: 'The key of the proof is the key that the access token is bound to.',
  },
  { id: 'RFC9449-5-1', source: rfc(9449, '5'), text: 'A token issued to a proof has token_type DPoP.' },
  {
    id: 'RFC9449-5-2',
    source: rfc(9449, '5'),
    text: 'The refresh token of a public client is bound to the key of its proof.',
  },
  {
    id: 'RFC9449-6.1-1',
    source: rfc(9449, '6.1'),
    text: 'A bound JWT access token carries the thumbprint of its key in cnf.jkt.',
  },
  { id: 'RFC9449-7.1-1', source: rfc(9449, '7.1'), text: 'A bound token is sent under the DPoP scheme, with a proof.' },
  {
    id: 'RFC9449-7.1-2',
    source: rfc(9449, '7.1'),
    text: 'A challenge under the DPoP scheme names the algorithms in algs.',
  },
  { id: 'RFC9449-7.2-1', source: rfc(9449, '7.2'), text: 'A bound token sent as a bearer token is refused.' },
  {
    id: 'RFC9449-8-1',
    source: rfc(9449, '8'),
    text: 'The token endpoint asks for its nonce with 400 use_dpop_nonce and a DPoP-Nonce header.',
  },
  {
    id: 'RFC9449-8.2-1',
    source: rfc(9449, '8.2'),
    text: 'A newer nonce is handed out in a DPoP-Nonce header, and the client uses the newest.',
  },
  {
    id: 'RFC9449-9-1',
    source: rfc(9449, '9'),
    text: 'A protected resource asks for its nonce with 401 use_dpop_nonce and a DPoP-Nonce header.',
  },
  { id: 'RFC9449-11.1-1', source: rfc(9449, '11.1'), text: 'A proof is accepted once.' },

  // RFC 9728: protected resource metadata
  {
    id: 'RFC9728-3.1-1',
    source: rfc(9728, '3.1'),
    text: 'The metadata stands at the well-known path inserted before the path of the resource.',
  },
  { id: 'RFC9728-3.2-1', source: rfc(9728, '3.2'), text: 'The metadata is answered with 200 and application/json.' },
  {
    id: 'RFC9728-3.3-1',
    source: rfc(9728, '3.3'),
    text: 'A client refuses metadata whose resource is not the one it asked about.',
  },
  { id: 'RFC9728-5.1-1', source: rfc(9728, '5.1'), text: 'The challenge names the metadata in resource_metadata.' },

  // RFC 6750: token usage and challenges
  { id: 'RFC6750-2-1', source: rfc(6750, '2'), text: 'A request that carries the token more than once is refused.' },
  {
    id: 'RFC6750-3-1',
    source: rfc(6750, '3'),
    text: 'A request without a token gets 401 and a challenge without an error.',
  },
  {
    id: 'RFC6750-3.1-1',
    source: rfc(6750, '3.1'),
    text: 'An expired, revoked or otherwise invalid token gets 401 invalid_token.',
  },
  {
    id: 'RFC6750-3.1-2',
    source: rfc(6750, '3.1'),
    text: 'A token with too little scope gets 403 insufficient_scope and the scope that is needed.',
  },

  // RFC 8707: resource indicators
  { id: 'RFC8707-2-1', source: rfc(8707, '2'), text: 'An unknown or malformed resource gets invalid_target.' },
  {
    id: 'RFC8707-2.2-1',
    source: rfc(8707, '2.2'),
    text: 'A token is issued for the resource that was asked for and for no other.',
  },

  // RFC 7523: client assertions
  { id: 'RFC7523-3-1', source: rfc(7523, '3'), text: 'iss and sub of a client assertion are the client_id.' },
  {
    id: 'RFC7523-3-2',
    source: rfc(7523, '3'),
    text: 'aud of a client assertion is one string, the issuer of the authorization server.',
  },
  {
    id: 'RFC7523-3-3',
    source: rfc(7523, '3'),
    text: 'An expired client assertion is refused, and so is one that lives too long.',
  },
  {
    id: 'RFC7523-3-4',
    source: rfc(7523, '3'),
    text: 'A client assertion is accepted once, however many arrive together.',
  },
  {
    id: 'RFC7523-3-5',
    source: rfc(7523, '3'),
    text: 'The signature of a client assertion verifies with a key registered for that client.',
  },

  // RFC 9207: issuer identification
  { id: 'RFC9207-2.3-1', source: rfc(9207, '2.3'), text: 'The metadata says that authorization responses carry iss.' },
  {
    id: 'RFC9207-2.4-1',
    source: rfc(9207, '2.4'),
    text: 'A client compares iss with the issuer it recorded, before it sends the code anywhere.',
  },

  // RFC 9068: JWT access tokens
  { id: 'RFC9068-2.1-1', source: rfc(9068, '2.1'), text: 'A JWT access token is signed, and its typ is at+jwt.' },
  {
    id: 'RFC9068-2.2-1',
    source: rfc(9068, '2.2'),
    text: 'An access token carries iss, exp, aud, sub, client_id, iat and jti.',
  },
  { id: 'RFC9068-4-1', source: rfc(9068, '4'), text: 'A token of another typ is refused.' },
  { id: 'RFC9068-4-2', source: rfc(9068, '4'), text: 'A token of an issuer that is not configured is refused.' },
  {
    id: 'RFC9068-4-3',
    source: rfc(9068, '4'),
    text: 'A token whose signature does not verify with a key of its issuer is refused.',
  },
  { id: 'RFC9068-4-4', source: rfc(9068, '4'), text: 'A token past its exp is refused.' },

  // RFC 8414, RFC 7636, RFC 6749: the authorization server
  {
    id: 'RFC8414-3.3-1',
    source: rfc(8414, '3.3'),
    text: 'A client refuses metadata whose issuer is not the one it asked about.',
  },
  {
    id: 'RFC7636-4.6-1',
    source: rfc(7636, '4.6'),
    text: 'A code is redeemed only with the verifier of its S256 challenge.',
  },
  {
    id: 'RFC6749-4.1.2-1',
    source: rfc(6749, '4.1.2'),
    text: 'An authorization code is redeemed once, however many requests arrive together.',
  },

  // RFC 7662: introspection; RFC 7009: revocation
  {
    id: 'RFC7662-2.1-1',
    source: rfc(7662, '2.1'),
    text: 'The introspection endpoint answers clients that authenticate, and nobody else.',
  },
  {
    id: 'RFC7662-2.2-1',
    source: rfc(7662, '2.2'),
    text: 'An active token is described by its claims; of any other nothing is said but that it is inactive.',
  },
  {
    id: 'RFC7662-4-1',
    source: rfc(7662, '4'),
    text: 'A resource server is told nothing about tokens that are not for it.',
  },
  {
    id: 'RFC7662-2.1-2',
    source: rfc(7662, '2.1'),
    text: 'A resource server posts the token in a form, and authenticates itself.',
  },
  {
    id: 'RFC7662-2.2-2',
    source: rfc(7662, '2.2'),
    text: 'A resource server takes a token only where active is true.',
  },
  {
    id: 'RFC7662-4-2',
    source: rfc(7662, '4'),
    text: 'An answer is not used beyond the exp that it names.',
  },
  {
    id: 'RFC7662-4-3',
    source: rfc(7662, '4'),
    text: 'An answer about a token that may be revoked is kept for a short time only.',
  },
  {
    id: 'RFC7009-2.1-1',
    source: rfc(7009, '2.1'),
    text: 'A client revokes its own tokens and no others; with a refresh token goes the whole grant.',
  },
  {
    id: 'RFC7009-2.2-1',
    source: rfc(7009, '2.2'),
    text: 'Revoking a token that is not there succeeds.',
  },

  // MCP 2026-07-28: authorization
  {
    id: 'MCP-DISCOVERY-1',
    source: mcp('authorization/authorization-server-discovery'),
    text: 'The metadata of an MCP server names at least one authorization server.',
  },
  {
    id: 'MCP-DISCOVERY-2',
    source: mcp('authorization/authorization-server-discovery'),
    text: 'A client uses resource_metadata of the challenge, else the well-known paths in their order.',
  },
  {
    id: 'MCP-TOKEN-1',
    source: mcp('authorization#token-requirements'),
    text: 'The token stands in the Authorization header of every request, never in the query.',
  },
  {
    id: 'MCP-TOKEN-2',
    source: mcp('authorization#token-handling'),
    text: 'A token issued for another server is refused.',
  },
  {
    id: 'MCP-TOKEN-3',
    source: mcp('authorization/security-considerations#access-token-privilege-restriction'),
    text: 'No tool ever sees the token, so none can pass it on.',
  },
  {
    id: 'MCP-RESOURCE-1',
    source: mcp('authorization#resource-parameter-implementation'),
    text: 'A client sends resource with authorization requests and with token requests.',
  },
  {
    id: 'MCP-PKCE-1',
    source: mcp('authorization/security-considerations#authorization-code-protection'),
    text: 'A client refuses an authorization server that does not advertise S256.',
  },
  {
    id: 'MCP-REDIRECT-1',
    source: mcp('authorization/security-considerations#open-redirection'),
    text: 'A redirect URI that is not registered exactly is refused.',
  },
  {
    id: 'MCP-SCOPE-1',
    source: mcp('authorization#scope-challenge-handling'),
    text: 'A 403 names in one challenge all the scopes that the call needs.',
  },
  {
    id: 'MCP-SCOPE-2',
    source: mcp('authorization#scope-challenge-handling'),
    text: 'A broader scope counts as the narrower ones that it implies.',
  },
  {
    id: 'MCP-ORIGIN-1',
    source: mcp('transports/streamable-http'),
    text: 'A request from an Origin that is not allowed gets 403.',
  },

  ...attestationRequirements,
  ...delegationRequirements,
  ...remediationRequirements,
] as const satisfies readonly Requirement[]

/** The id of a known requirement. */
export type RequirementId = (typeof requirements)[number]['id']
