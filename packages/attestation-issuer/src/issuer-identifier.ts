/** The issuer identifier, and the places below it (modelled on RFC 8414 §2 and §3.1). */
import { isLoopbackHost } from '@countersign/core'

/** Where an issuer serves what. */
export interface IssuerPlaces {
  readonly metadata: string
  readonly jwks: string
  readonly bundle: string
  readonly challenge: string
  readonly attestation: string
}

/** Yields the paths of an issuer; throws a `TypeError` that names the cure for an identifier that cannot be one. */
export function placeIssuer(issuer: string): IssuerPlaces {
  const path = checkIssuer(issuer)
  return {
    metadata: `/.well-known/attestation-issuer${path}`,
    jwks: `${path}/jwks.json`,
    bundle: `${path}/keys.jwt`,
    challenge: `${path}/challenge`,
    attestation: `${path}/attest`,
  }
}

/** Yields its path, empty for a bare origin. Whoever reads an attestation in clear can use it where none is bound. */
function checkIssuer(issuer: string): string {
  const url = URL.parse(issuer)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(`The attestation issuer ${JSON.stringify(issuer)} is not an absolute https URL.`)
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new TypeError(
      `The attestation issuer ${issuer} is plain http: use https, or a loopback host such as 127.0.0.1 in tests.`,
    )
  }
  const path = url.pathname.replace(/\/+$/, '')
  if (issuer !== `${url.origin}${path}`) {
    throw new TypeError(
      `The attestation issuer ${JSON.stringify(issuer)} is not in canonical form: write ${url.origin}${path}`,
    )
  }
  return path
}
