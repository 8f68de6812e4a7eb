/** What an attestation issuer serves, by path and method. */
import type { IssuerPlaces } from '../issuer-identifier.ts'
import { answerDocument, answerError, answerJson } from './answers.ts'
import { unavailable } from './attestation-endpoint.ts'

/** What the routes lead to. */
export interface RouteParts {
  readonly issuer: string
  readonly places: IssuerPlaces
  readonly jwks: () => string
  /** The signed bundle; `undefined` while there is none. */
  readonly bundle: () => Promise<string | undefined>
  readonly challenge: () => Promise<string>
  /** Seconds for which a challenge can be answered. */
  readonly challengeLifetime: number
  readonly attest: (request: Request) => Promise<Response>
  readonly onFault: (error: unknown) => void
}

interface Route {
  readonly method: 'GET' | 'POST'
  readonly handle: (request: Request) => Promise<Response>
}

/** Creates the handler of all requests. It never rejects: what breaks on our side is a 503, and told to `onFault`. */
export function createRoutes(parts: RouteParts): (request: Request) => Promise<Response> {
  const { places, onFault } = parts
  const routes = new Map<string, Route>([
    [places.metadata, { method: 'GET', handle: () => answerMetadata(parts) }],
    [places.jwks, { method: 'GET', handle: async () => answerDocument(parts.jwks(), 'application/jwk-set+json') }],
    [places.bundle, { method: 'GET', handle: () => answerBundle(parts) }],
    [places.challenge, { method: 'POST', handle: () => answerChallenge(parts) }],
    [places.attestation, { method: 'POST', handle: parts.attest }],
  ])
  return async (request) => {
    const route = routes.get(new URL(request.url).pathname)
    if (route === undefined) {
      return answerError({ status: 404, error: 'not_found', description: 'nothing is served here' })
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (method !== route.method) return refuseMethod(route)
    try {
      const response = await route.handle(request)
      return request.method === 'HEAD' ? new Response(null, response) : response
    } catch (error) {
      onFault(error)
      return answerError(unavailable)
    }
  }
}

function refuseMethod({ method }: Route): Response {
  const headers = { Allow: method === 'GET' ? 'GET, HEAD' : 'POST' }
  return answerError({ status: 405, error: 'method_not_allowed', description: `this takes ${method}`, headers })
}

/** Our own document, in the manner of RFC 8414: no standard names these endpoints. */
async function answerMetadata({ issuer, places, bundle }: RouteParts): Promise<Response> {
  const url = (path: string) => new URL(path, issuer).href
  const hasBundle = (await bundle()) !== undefined
  const metadata = {
    issuer,
    jwks_uri: url(places.jwks),
    ...(hasBundle && { key_bundle_uri: url(places.bundle) }),
    challenge_endpoint: url(places.challenge),
    attestation_endpoint: url(places.attestation),
    attestation_signing_alg_values_supported: ['Ed25519'],
  }
  return answerDocument(JSON.stringify(metadata), 'application/json')
}

async function answerBundle({ bundle }: RouteParts): Promise<Response> {
  const text = await bundle()
  if (text !== undefined) return answerDocument(text, 'application/jwk-set+jwt')
  return answerError({ status: 404, error: 'not_found', description: 'no bundle was published yet' })
}

async function answerChallenge({ challenge, challengeLifetime }: RouteParts): Promise<Response> {
  return answerJson({ attestation_challenge: await challenge(), expires_in: challengeLifetime })
}
