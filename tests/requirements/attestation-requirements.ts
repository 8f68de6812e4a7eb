/** What is asked of attestations, of the keys behind them and of those who revoke them. */
import { type Requirement, rfc } from './requirement.ts'

const attestationDraft = (section: string): string =>
  `https://oauth-wg.github.io/draft-ietf-oauth-attestation-based-client-auth/draft-ietf-oauth-attestation-based-client-auth.html#section-${section}`
const spiffe = (document: string, anchor: string): string =>
  `https://github.com/spiffe/spiffe/blob/main/standards/${document}.md#${anchor}`

/** Part of the requirements. */
export const attestationRequirements = [
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
