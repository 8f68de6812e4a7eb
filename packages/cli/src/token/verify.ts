/** `countersign token verify`: would this server accept this access token of this issuer (RFC 9068 §4)? */
import { readCompactJws } from '@countersign/core'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Context } from '../context.ts'
import { printable, printableJson } from '../terminal/printable.ts'
import { withProgress } from '../terminal/progress.ts'
import { discoverEndpoint } from './issuer-metadata.ts'
import { readToken } from './read-token.ts'
import { describeMoment } from './span.ts'

/** The flags. */
export interface VerifyOptions {
  readonly issuer: string
  readonly resource: string
  readonly json?: true
}

/** What came of it; `finding` says in words what is wrong. */
type Verdict =
  | { readonly valid: true; readonly claims: JWTPayload }
  | { readonly valid: false; readonly finding: string }

/** Runs it. A token that is not valid is a finding; keys that cannot be had are a failure. */
export async function verifyToken(
  argument: string | undefined,
  options: VerifyOptions,
  context: Context,
): Promise<void> {
  const { terminal, clock, finish } = context
  const token = await readToken(argument, terminal)
  const verdict = await withProgress(terminal, 'Verifying', judge(token, options, clock()))
  if (options.json === true) terminal.print(printableJson(verdict))
  else if (!verdict.valid) terminal.print(`${terminal.style('red', 'Not valid:')} ${verdict.finding}`)
  else {
    terminal.print(`${terminal.style('green', 'Valid')}, expires ${describeMoment(verdict.claims.exp ?? 0, clock())}.`)
    terminal.print(describeBinding(verdict.claims))
  }
  finish(verdict.valid ? 0 : 1)
}

async function judge(token: string, { issuer, resource }: VerifyOptions, now: number): Promise<Verdict> {
  // jose takes encodings and duplicate claims that a strict reader refuses.
  const jws = readCompactJws(token, 16_384)
  if (!jws.ok) return { valid: false, finding: `it is no JWT that a strict reader takes (${jws.reason}).` }
  const keys = createRemoteJWKSet(await discoverEndpoint(issuer, 'jwks_uri'))
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: resource,
      typ: 'at+jwt',
      algorithms: ['EdDSA', 'Ed25519', 'ES256'],
      requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
      currentDate: new Date(now * 1000),
    })
    if (typeof payload.aud !== 'string') return { valid: false, finding: 'it is meant for several servers.' }
    return { valid: true, claims: payload }
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    return { valid: false, finding: explain(error, issuer, resource) }
  }
}

function explain(error: errors.JOSEError, issuer: string, resource: string): string {
  if (error instanceof errors.JWTExpired) return 'it has expired. Get a new one.'
  if (error instanceof errors.JWSSignatureVerificationFailed) return `its signature is not by the key of ${issuer}.`
  if (error instanceof errors.JWKSNoMatchingKey) return `it names a key that ${issuer} does not have.`
  if (error instanceof errors.JOSEAlgNotAllowed) return 'it is signed with an algorithm that is not accepted.'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return `it was not issued by ${issuer}.`
    if (error.claim === 'aud') return `it was issued for another server than ${resource}.`
    if (error.claim === 'typ') return 'it is no access token (typ is not at+jwt).'
    return `its claim ${error.claim} is missing or wrong.`
  }
  return `it could not be verified (${error.code}).`
}

function describeBinding({ cnf }: JWTPayload): string {
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined
  if (typeof jkt === 'string') return `Bound to the key ${printable(jkt)}: only a proof by that key makes it usable.`
  return 'Bound to no key: whoever holds it can use it.'
}
