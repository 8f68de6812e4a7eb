/** Whether proofs are verified in full (RFC 9449 §4.3): each is right in all but one thing. */
import { type AuditContext, type Check, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import type { Caller } from '../target/caller.ts'
import { importSigningKey, type ProofFault, type SigningKey } from '../target/proof.ts'
import { isServed } from '../target/speech.ts'
import { encodeSegment } from '../target/token-claims.ts'
import { specifications } from './specifications.ts'

/** What is wrong with a proof, and the weakness of a server that takes it. */
interface FaultyProof {
  readonly weakness: Weakness
  readonly fault: (parts: { readonly key: SigningKey; readonly other: SigningKey }) => ProofFault
}

function faulty(
  id: string,
  words: readonly [title: string, sentence: string, section?: string],
  fault: FaultyProof['fault'],
): FaultyProof {
  const [title, sentence, section = '4.3'] = words
  const link = specifications.rfc9449(section)
  const severity = 'high' as const
  const fix = 'Verify every proof as RFC 9449 §4.3 lists it, or leave it to a library that does.'
  return { weakness: { id, severity, title, spec: { sentence, link }, fix }, fault }
}

const now = (): number => Math.floor(Date.now() / 1000)

/** Replaces a segment of a JWS by one that says something else; the signature stays. */
function rewriteHeader(proof: string, header: object, signature?: string): string {
  const [, payload = '', kept = ''] = proof.split('.')
  return `${encodeSegment(header)}.${payload}.${signature ?? kept}`
}

const proofs: readonly FaultyProof[] = [
  faulty(
    'proof_not_required',
    [
      'Calls are served without a proof',
      'For such an access token, a resource server MUST check that a DPoP proof was also received in the DPoP header field of the HTTP request.',
      '7.1',
    ],
    () => ({ copies: 0 }),
  ),
  faulty(
    'proof_of_any_key',
    [
      'Proofs by any key are taken',
      'Confirm that the public key to which the access token is bound matches the public key from the DPoP proof.',
    ],
    ({ other }) => ({ key: other }),
  ),
  faulty(
    'proof_method_unchecked',
    ['Proofs for other methods are taken', 'The htm claim matches the HTTP method of the current request.'],
    () => ({ claims: { htm: 'GET' } }),
  ),
  faulty(
    'proof_uri_unchecked',
    [
      'Proofs for other servers are taken',
      'The htu claim matches the HTTP URI value for the HTTP request in which the JWT was received, ignoring any query and fragment parts.',
    ],
    () => ({ claims: { htu: 'https://attacker.example/mcp' } }),
  ),
  faulty(
    'proof_token_hash_unchecked',
    [
      'Proofs for other tokens are taken',
      'Ensure that the value of the ath claim equals the hash of that access token.',
    ],
    () => ({ claims: { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' } }),
  ),
  faulty(
    'proof_token_hash_missing',
    ['Proofs for no token are taken', 'Ensure that the value of the ath claim equals the hash of that access token.'],
    () => ({ claims: { ath: undefined } }),
  ),
  faulty(
    'proof_time_unchecked',
    [
      'Proofs of last week are taken',
      'The creation time of the JWT, as determined by either the iat claim or a server managed timestamp via the nonce claim, is within an acceptable window.',
    ],
    () => ({ claims: { iat: now() - 604_800, nonce: undefined } }),
  ),
  faulty(
    'proof_of_tomorrow',
    [
      'Proofs of tomorrow are taken',
      'The creation time of the JWT, as determined by either the iat claim or a server managed timestamp via the nonce claim, is within an acceptable window.',
    ],
    () => ({ claims: { iat: now() + 86_400, nonce: undefined } }),
  ),
  faulty(
    'proof_without_id',
    ['Proofs without an id are taken', 'All required claims per Section 4.2 are contained in the JWT.'],
    () => ({ claims: { jti: undefined } }),
  ),
  faulty(
    'proof_nonce_unchecked',
    [
      'Proofs with a nonce of nobody are taken',
      'If the server provided a nonce value to the client, the nonce claim matches the server-provided nonce value.',
    ],
    () => ({ claims: { nonce: 'bm9ib2R5LWV2ZXItbWFkZS10aGlz' } }),
  ),
  faulty(
    'proof_type_unchecked',
    ['Other JWTs are taken for proofs', 'The typ JOSE Header Parameter has the value dpop+jwt.'],
    () => ({ header: { typ: 'JWT' } }),
  ),
  faulty(
    'proof_with_private_key',
    [
      'Proofs that give their private key away are taken',
      'The jwk JOSE Header Parameter does not contain a private key.',
    ],
    ({ key }) => ({ header: { jwk: key.privateJwk } }),
  ),
  faulty(
    'proof_unsigned',
    [
      'Proofs without a signature are taken',
      'The alg JOSE Header Parameter indicates a registered asymmetric digital signature algorithm, is not none.',
    ],
    ({ key }) => ({
      rewrite: (proof) => rewriteHeader(proof, { typ: 'dpop+jwt', alg: 'none', jwk: key.publicJwk }, ''),
    }),
  ),
  faulty(
    'proof_signature_unchecked',
    [
      'Proofs that were changed are taken',
      'The JWT signature verifies with the public key contained in the jwk JOSE Header Parameter.',
    ],
    () => ({ rewrite: breakSignature }),
  ),
  faulty(
    'several_proofs',
    ['Calls with two proofs are served', 'There is not more than one DPoP HTTP request header field.'],
    () => ({ copies: 2 }),
  ),
]

/** Changes an octet in the middle, where no padding bits are. */
function breakSignature(proof: string): string {
  const at = proof.lastIndexOf('.') + 20
  return proof.slice(0, at) + (proof[at] === 'A' ? 'B' : 'A') + proof.slice(at + 1)
}

/** The check. */
export const proofFaults: Check = {
  name: 'proof_faults',
  title: 'Are proofs verified in full?',
  weaknesses: proofs.map(({ weakness }) => weakness),
  async run(context) {
    const { holder, stranger } = context.target
    const key = holder?.caller.holder?.key
    if (holder?.served !== true || key === undefined)
      return skip('no call is served with a proof: give a bound token and its key')
    if (stranger.served) return skip('the server serves strangers')
    const other = await makeKey()
    const sightings: Sighting[] = []
    for (const proof of proofs)
      sightings.push(...(await tryProof(context, holder.caller, proof, proof.fault({ key, other }))))
    return sightings
  },
}

async function tryProof(
  context: AuditContext,
  caller: Caller,
  { weakness }: FaultyProof,
  proof: ProofFault,
): Promise<readonly Sighting[]> {
  const answer = await caller.call({ method: 'tools/list', variation: { proof } })
  return isServed(answer) ? [sight(context, weakness, 'tools/list was answered.', answer)] : []
}

async function makeKey(): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const key = await importSigningKey(await crypto.subtle.exportKey('jwk', pair.privateKey))
  if (key === undefined) throw new TypeError('This platform has no P-256 keys.')
  return key
}
