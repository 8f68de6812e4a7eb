/** A deployment proves who it is: RFC 7523 §3, with one audience, a short life and one use. */
import { type Clock, type JsonObject, type Ledger, readCompactJws, spendKey, type Verifier } from '@countersign/core'
import type { DeploymentKey } from './deployment-keys.ts'

/** The deployment that was authenticated, or why it was not: a constant word, for the log. */
export type AuthenticationResult =
  | { readonly ok: true; readonly clientId: string }
  | { readonly ok: false; readonly reason: string }

/** What deployments are authenticated with. */
export interface AuthenticationParts {
  readonly issuer: string
  readonly keys: ReadonlyMap<string, readonly DeploymentKey[]>
  readonly verifier: Verifier
  readonly ledger: Ledger
  readonly clock: Clock
}

/** The longest life of an assertion, in seconds. */
const MAX_LIFE = 300
/** How far a deployment's clock may differ from ours, in seconds, at both ends. */
const SKEW = 30
/** Twice the most that the clocks of processes which share a ledger differ, in seconds. */
const CLOCK_MARGIN = 10
const LONGEST_ASSERTION = 8192
const ID = /^[\x20-\x7e]{1,256}$/
const TYPES = new Set<unknown>([undefined, 'JWT', 'client-authentication+jwt'])

/** Takes an assertion; spends its `jti` when all else is right. Rejects when the ledger cannot answer. */
export async function authenticateDeployment(
  assertion: string,
  parts: AuthenticationParts,
): Promise<AuthenticationResult> {
  const { issuer, keys, verifier, ledger, clock } = parts
  const jws = readCompactJws(assertion, LONGEST_ASSERTION)
  if (!jws.ok) return jws
  const { header, payload, signingInput, signature } = jws.value
  if (!TYPES.has(header.typ)) return { ok: false, reason: 'typ' }
  const clientId = payload.sub
  const own = typeof clientId === 'string' ? keys.get(clientId) : undefined
  if (typeof clientId !== 'string' || own === undefined) return { ok: false, reason: 'unknown_deployment' }
  let isSigned = false
  for (const { key } of own.filter((candidate) => fits(candidate, header))) {
    isSigned ||= await verifier.verify(key, signingInput, signature)
  }
  if (!isSigned) return { ok: false, reason: 'signature' }

  const claims = readClaims(payload, issuer, clock())
  if (!claims.ok) return claims
  const spent = await ledger.spend([
    {
      kind: 'assertion',
      key: await spendKey(verifier, ['attestation client assertion', issuer, clientId, claims.id]),
      limit: 1,
      // One that is dated ahead is taken before its date. What clocks of store and process differ is the store's to add.
      issued: claims.issued - SKEW,
      until: claims.expires + SKEW + CLOCK_MARGIN,
    },
  ])
  return spent.spent ? { ok: true, clientId } : { ok: false, reason: 'used' }
}

/** A `kid` narrows the choice where keys were registered with one; it never widens it. */
function fits({ keyId, algorithms }: DeploymentKey, { alg, kid }: JsonObject): boolean {
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return false
  return kid === undefined || keyId === undefined || kid === keyId
}

type ClaimsResult =
  | { readonly ok: true; readonly id: string; readonly issued: number; readonly expires: number }
  | { readonly ok: false; readonly reason: string }

function readClaims({ iss, sub, aud, iat, nbf, exp, jti }: JsonObject, issuer: string, now: number): ClaimsResult {
  if (iss !== sub) return { ok: false, reason: 'iss' }
  // An array would let what was meant for another server authenticate here.
  if (aud !== issuer) return { ok: false, reason: 'aud' }
  if (typeof jti !== 'string' || !ID.test(jti)) return { ok: false, reason: 'jti' }
  if (typeof iat !== 'number' || iat > now + SKEW) return { ok: false, reason: 'iat' }
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now + SKEW)) return { ok: false, reason: 'nbf' }
  if (typeof exp !== 'number' || exp <= iat || exp - iat > MAX_LIFE) return { ok: false, reason: 'lifetime' }
  if (now >= exp + SKEW) return { ok: false, reason: 'expired' }
  return { ok: true, id: jti, issued: iat, expires: exp }
}
