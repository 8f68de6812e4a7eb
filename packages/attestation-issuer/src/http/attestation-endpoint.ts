/** The attestation endpoint: an authenticated deployment, an instance that answers a challenge, and what they get. */
import type { AttestationIssuer, IssueRefused } from '@countersign/attestation/issue'
import type { AttestationEvents, Clock } from '@countersign/core'
import type { AuthenticationResult } from '../clients/client-assertion.ts'
import { answerError, answerJson, type ErrorAnswer } from './answers.ts'
import { type Form, readForm } from './form.ts'

/** What the endpoint is made of. */
export interface AttestationEndpointParts {
  readonly authenticate: (assertion: string) => Promise<AuthenticationResult>
  /** The issuer with the key that signs now; `undefined` while there is none. */
  readonly issuer: () => Promise<AttestationIssuer | undefined>
  readonly makeChallenge: () => Promise<string>
  readonly clock: Clock
  readonly events: AttestationEvents
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Carries the next challenge (draft-ietf-oauth-attestation-based-client-auth). */
const CHALLENGE_HEADER = 'OAuth-Client-Attestation-Challenge'

/** Creates the handler of `POST`. It rejects when store or signer cannot answer; nothing is issued then. */
export function createAttestationEndpoint(parts: AttestationEndpointParts): (request: Request) => Promise<Response> {
  const { authenticate, issuer, makeChallenge, clock, events } = parts
  const refuse = (answer: ErrorAnswer, code: string = answer.error) => {
    events({ type: 'attestation_issue_refused', code })
    return answerError(answer)
  }
  return async (request) => {
    const began = clock()
    const read = readRequest(await readForm(request))
    if (!read.ok) return refuse(read.answer)
    const { assertion, instanceProof, claimedId } = read
    const client = await authenticate(assertion)
    if (!client.ok || (claimedId !== undefined && claimedId !== client.clientId)) {
      return refuse(answers.invalid_client)
    }
    const current = await issuer()
    if (current === undefined) return refuse(answers.temporarily_unavailable)
    const issued = await current.issue(client.clientId, instanceProof)
    if (!issued.ok) {
      const { code } = issued.rejection
      return refuse(await answerRefusal(issued, makeChallenge), code)
    }
    const { attestation, issuedAt, expires, keyId } = issued.value
    const seconds = Math.max(0, clock() - began)
    events({ type: 'attestation_issued', clientId: client.clientId, keyId, seconds })
    return answerJson({ attestation, issued_at: issuedAt, expires_at: expires })
  }
}

const answers = {
  invalid_client: {
    status: 401,
    error: 'invalid_client',
    description: 'client authentication failed',
  },
  invalid_instance_proof: {
    status: 400,
    error: 'invalid_instance_proof',
    description: 'the instance proof is not valid for this issuer and client',
  },
  use_attestation_challenge: {
    status: 400,
    error: 'use_attestation_challenge',
    description: 'the instance proof needs a challenge of this issuer, of now, that was not answered before',
  },
  invalid_target: {
    status: 400,
    error: 'invalid_target',
    description: 'this deployment is not attested to that audience',
  },
  temporarily_unavailable: {
    status: 503,
    error: 'temporarily_unavailable',
    description: 'nothing can be issued right now',
    headers: { 'Retry-After': '1' },
  },
} as const satisfies Record<string, ErrorAnswer>

/** The answer when something of ours is broken, or not there yet. */
export const unavailable: ErrorAnswer = answers.temporarily_unavailable

async function answerRefusal({ rejection }: IssueRefused, makeChallenge: () => Promise<string>): Promise<ErrorAnswer> {
  switch (rejection.code) {
    case 'unknown_deployment':
      return answers.invalid_client
    case 'invalid_instance_proof':
      return answers.invalid_instance_proof
    case 'audience_not_registered':
      return answers.invalid_target
    case 'use_attestation_challenge':
      return { ...answers.use_attestation_challenge, headers: { [CHALLENGE_HEADER]: await makeChallenge() } }
  }
}

type ReadRequest =
  | {
      readonly ok: true
      readonly assertion: string
      readonly instanceProof: string
      readonly claimedId: string | undefined
    }
  | { readonly ok: false; readonly answer: ErrorAnswer }

function readRequest(form: Form): ReadRequest {
  if (!form.ok) return { ok: false, answer: { status: form.status, ...formProblems[form.status] } }
  const { fields } = form
  const assertion = fields.get('client_assertion')
  const instanceProof = fields.get('instance_proof')
  if (assertion === undefined || fields.get('client_assertion_type') !== ASSERTION_TYPE) {
    return { ok: false, answer: answers.invalid_client }
  }
  if (instanceProof === undefined) return { ok: false, answer: answers.invalid_instance_proof }
  return { ok: true, assertion, instanceProof, claimedId: fields.get('client_id') }
}

const formProblems = {
  400: { error: 'invalid_request', description: 'the form is malformed, or names a field twice' },
  413: { error: 'invalid_request', description: 'the body is too large' },
  415: { error: 'invalid_request', description: 'the body is application/x-www-form-urlencoded' },
} as const
