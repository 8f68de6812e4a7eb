/** What the specifications ask of these packages: one row each, in our own words, verified by at least one test. */

/** One thing that a specification asks for. */
export interface Requirement {
  /** The document, its section, and a number where the section says several things. */
  readonly id: string
  /** Where it says so. */
  readonly source: string
  readonly text: string
}

const rfc = (number: number, section: string): string =>
  `https://www.rfc-editor.org/rfc/rfc${number}.html#section-${section}`
const attestationDraft = (section: string): string =>
  `https://oauth-wg.github.io/draft-ietf-oauth-attestation-based-client-auth/draft-ietf-oauth-attestation-based-client-auth.html#section-${section}`
const spiffe = (document: string, anchor: string): string =>
  `https://github.com/spiffe/spiffe/blob/main/standards/${document}.md#${anchor}`
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

  // draft-ietf-oauth-attestation-based-client-auth: attestations of clients
  { id: 'ABCA-4-1', source: attestationDraft('4'), text: 'The typ of an attestation is oauth-client-attestation+jwt.' },
  {
    id: 'ABCA-4-2',
    source: attestationDraft('4'),
    text: 'An attestation without sub, exp or iat is refused, and so is one without cnf.',
  },
  {
    id: 'ABCA-4-3',
    source: attestationDraft('4'),
    text: 'An attestation past its exp is refused, give or take what clocks may differ.',
  },
  { id: 'ABCA-4-4', source: attestationDraft('4'), text: 'Claims that are not understood are ignored.' },
  { id: 'ABCA-7.1-1', source: attestationDraft('7.1'), text: 'A request with more than one attestation is refused.' },
  {
    id: 'ABCA-7.1-2',
    source: attestationDraft('7.1'),
    text: 'The alg of an attestation is not none, and allowed here.',
  },
  {
    id: 'ABCA-7.1-3',
    source: attestationDraft('7.1'),
    text: 'The signature verifies with a key of an attester that is known and trusted.',
  },
  { id: 'ABCA-7.1-4', source: attestationDraft('7.1'), text: 'A private key in cnf is refused.' },
  {
    id: 'ABCA-7.1-5',
    source: attestationDraft('7.1'),
    text: 'The client_id of the caller is the sub of its attestation.',
  },
  {
    id: 'ABCA-7.3-1',
    source: attestationDraft('7.3'),
    text: 'In DPoP combined mode the key of the proof is that of cnf, by thumbprint.',
  },
  {
    id: 'ABCA-7.4-1',
    source: attestationDraft('7.4'),
    text: 'An attestation that is not fresh enough is answered with use_fresh_attestation.',
  },
  {
    id: 'ABCA-7.4-2',
    source: attestationDraft('7.4'),
    text: 'Any other attestation that is refused is answered with invalid_client_attestation.',
  },
  {
    id: 'ABCA-7.5-1',
    source: attestationDraft('7.5'),
    text: 'A client can prove itself to the token endpoint by its attestation alone.',
  },
  {
    id: 'ABCA-8-1',
    source: attestationDraft('8'),
    text: 'Metadata says in client_attestation_pop_methods_supported whether an attestation may be left out.',
  },

  // RFC 8417, RFC 8935: security events
  { id: 'RFC8417-2.2-1', source: rfc(8417, '2.2'), text: 'A security event carries iss, iat, jti and events.' },
  { id: 'RFC8417-2.3-1', source: rfc(8417, '2.3'), text: 'The typ of a security event is secevent+jwt.' },
  {
    id: 'RFC8935-2.2-1',
    source: rfc(8935, '2.2'),
    text: 'An event that was taken is answered with 202 and no content.',
  },
  {
    id: 'RFC8935-2.3-1',
    source: rfc(8935, '2.3'),
    text: 'An event that was not taken is answered with 400, err and description.',
  },
  {
    id: 'RFC8935-2.4-1',
    source: rfc(8935, '2.4'),
    text: 'err says whether the request, the issuer, the audience, the key or the signature is at fault.',
  },

  // SPIFFE: JWT-SVIDs and bundles
  {
    id: 'SPIFFE-SVID-2.1-1',
    source: spiffe('JWT-SVID', '21-algorithm'),
    text: 'The alg of a JWT-SVID is one of those that the standard lists.',
  },
  {
    id: 'SPIFFE-SVID-2.3-1',
    source: spiffe('JWT-SVID', '23-type'),
    text: 'The typ of a JWT-SVID is JWT or JOSE, or left out.',
  },
  {
    id: 'SPIFFE-SVID-3.1-1',
    source: spiffe('JWT-SVID', '31-subject'),
    text: 'The sub of a JWT-SVID is the SPIFFE ID of a workload.',
  },
  {
    id: 'SPIFFE-SVID-3.2-1',
    source: spiffe('JWT-SVID', '32-audience'),
    text: 'A JWT-SVID without aud is refused, and so is one for somebody else.',
  },
  {
    id: 'SPIFFE-SVID-3.3-1',
    source: spiffe('JWT-SVID', '33-expiration-time'),
    text: 'A JWT-SVID without exp, or past it, is refused.',
  },
  {
    id: 'SPIFFE-BUNDLE-4.2-1',
    source: spiffe('SPIFFE_Trust_Domain_and_Bundle', '42-jwk'),
    text: 'Keys of a bundle without a use, or with another one, are passed over.',
  },

  // RFC 7517: key sets and bundles
  {
    id: 'RFC7517-4.5-1',
    source: rfc(7517, '4.5'),
    text: 'Two keys of one set that have one kid are not told apart by guessing.',
  },
  { id: 'RFC7517-5-1', source: rfc(7517, '5'), text: 'Keys of a set whose kind is not understood are passed over.' },
] as const satisfies readonly Requirement[]

/** The id of a known requirement. */
export type RequirementId = (typeof requirements)[number]['id']
