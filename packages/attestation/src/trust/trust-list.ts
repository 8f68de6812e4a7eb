/** Whose attestations count: exact issuers, where their keys come from, and for whom they may speak. */
import { isLoopbackHost, type KeyRing, type Verifier } from '@countersign/core'
import { type AttestationLevel, attestationLevels } from '../claims/ranks.ts'
import { type AttestationAlgorithm, attestationAlgorithms } from '../jws/attestation-algorithms.ts'
import type { KeySource } from '../keys/remote-source.ts'
import { createLookAlikeFinder, type LookAlike } from './look-alike.ts'
import { isTrustDomain } from './spiffe-id.ts'
import { createStaticKeyRing, type StaticKeys } from './static-key-ring.ts'

/** One line of a trust list, as an operator writes it. */
export interface TrustEntry {
  /** Compared to the letter with `iss`: an https URL without query and fragment, or http on loopback. */
  readonly issuer: string
  /** Public keys, a ring, or where they are fetched from (with `createTrust` only); never a place that a token names. */
  readonly keys: StaticKeys | KeyRing | KeySource
  /** How much its word counts; `none` would be no trust at all. */
  readonly level: Exclude<AttestationLevel, 'none'>
  /** The providers that it may speak for, compared to the letter with `agent_identity.provider`. */
  readonly providers: readonly string[]
  /** `Ed25519` (and its older name `EdDSA`) and `ES256` unless there are fewer. */
  readonly algorithms?: readonly AttestationAlgorithm[]
  /** The trust domain whose SPIFFE IDs it may attest; without it none. */
  readonly trustDomain?: string
  /** Take attestations without `cnf`, each once; off unless an operator needs it. */
  readonly acceptUnbound?: boolean
  /**
   * Its attestations come in `initialize` of the older protocol versions, and in no other way; with `acceptUnbound`, as
   * they name no key. Only such issuers may come that way.
   */
  readonly legacy?: true
}

/** One line of a trust list, checked. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly keys: KeyRing
  readonly level: Exclude<AttestationLevel, 'none'>
  readonly providers: ReadonlySet<string>
  readonly algorithms: ReadonlySet<AttestationAlgorithm>
  readonly trustDomain: string | undefined
  readonly acceptUnbound: boolean
  /** Taken by the legacy carriage, and by that alone. */
  readonly legacy: boolean
}

/** A trust list. */
export interface TrustList {
  /** The line of an issuer; takes as long for ten lines as for ten thousand. */
  find(issuer: string): TrustedIssuer | undefined
  /** The trusted issuer that a stranger resembles. */
  findLookAlike(stranger: string): LookAlike | undefined
  /** Whether any issuer may send attestations in the header that are good for one use, which need a ledger. */
  readonly needsLedger: boolean
  /** The issuers whose attestations come by the legacy carriage, in the order of the list. */
  readonly legacyIssuers: readonly string[]
}

/** Throws a `TypeError` that names the issuer and what is wrong with its line. */
export function createTrustList(verifier: Verifier, lines: readonly TrustEntry[]): TrustList {
  const issuers = new Map<string, TrustedIssuer>()
  for (const line of lines) {
    const checked = checkLine(verifier, line)
    if (issuers.has(line.issuer)) throw new TypeError(`The trust list names ${line.issuer} twice.`)
    issuers.set(line.issuer, checked)
  }
  const findLookAlike = createLookAlikeFinder([...issuers.keys()])
  return {
    find: (issuer) => issuers.get(issuer),
    findLookAlike,
    needsLedger: [...issuers.values()].some(({ acceptUnbound, legacy }) => acceptUnbound && !legacy),
    legacyIssuers: [...issuers.values()].flatMap(({ issuer, legacy }) => (legacy ? [issuer] : [])),
  }
}

function checkLine(verifier: Verifier, line: TrustEntry): TrustedIssuer {
  const { issuer, level, providers, trustDomain } = line
  const { algorithms = attestationAlgorithms, legacy = false, acceptUnbound = legacy } = line
  checkIssuer(issuer)
  const assert = (holds: boolean, rule: string): void => {
    if (!holds) throw new TypeError(`The trust list's line of ${issuer}: ${rule}`)
  }
  // `none` gets past a compiler that is not asked; it must not get past here.
  assert(attestationLevels.indexOf(level) > 0, 'level is enterprise or provider.')
  assert(providers.length > 0, 'providers names whom it may speak for, one at the least.')
  assert(
    algorithms.length > 0 && algorithms.every((name) => attestationAlgorithms.includes(name)),
    'algorithms are some of Ed25519, EdDSA and ES256.',
  )
  assert(
    trustDomain === undefined || isTrustDomain(trustDomain),
    'trustDomain is the name of a SPIFFE trust domain, without spiffe://.',
  )
  assert(!legacy || acceptUnbound, 'legacy attestations name no key, so acceptUnbound cannot be off.')
  return {
    issuer,
    keys: makeRing(verifier, line),
    level,
    providers: new Set(providers),
    algorithms: new Set(algorithms),
    trustDomain,
    acceptUnbound,
    legacy,
  }
}

function makeRing(verifier: Verifier, { issuer, keys }: TrustEntry): KeyRing {
  if ('find' in keys) return keys
  if ('keys' in keys) return createStaticKeyRing(verifier, keys)
  throw new TypeError(`The keys of ${issuer} have to be fetched: make the trust list with createTrust.`)
}

/** RFC 8414 §2, and nothing that a URL parser would have to repair. */
function checkIssuer(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
  const isPlain = url !== undefined && (url.href === issuer || url.href === `${issuer}/`)
  const hasExtras = issuer.includes('?') || issuer.includes('#') || url?.username !== '' || url.password !== ''
  if (isSecure && isPlain && !hasExtras) return
  throw new TypeError(
    `A trusted issuer is an https URL in its normal form, without query, fragment and user information: not ${JSON.stringify(issuer.slice(0, 100))}.`,
  )
}
