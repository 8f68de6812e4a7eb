/** Resource servers as clients of the introspection endpoint (RFC 7662 §2.1). */
import { toAssertionKey } from './clients.ts'
import type { ResourceRegistration } from './options.ts'

/** A secret that is shorter may have been thought up by a person. */
const LEAST_SECRET_LENGTH = 32

/** The resource servers that introspect, as clients that may do nothing else; throws a TypeError that names the cure. */
export function toIntrospectorMetadata(registrations: readonly ResourceRegistration[]): Record<string, unknown>[] {
  return registrations.flatMap(({ introspection }) => {
    if (introspection === undefined) return []
    const { clientId, jwks, secret } = introspection
    const refuse = (problem: string) => {
      throw new TypeError(`The introspecting client ${JSON.stringify(clientId)} ${problem}`)
    }
    if (clientId === '') refuse('has no id.')
    if ((jwks === undefined) === (secret === undefined)) refuse('needs `jwks` or, where that cannot be, a `secret`.')
    if (jwks?.keys.length === 0) refuse('has no keys: give `jwks`.')
    if (secret !== undefined && secret.length < LEAST_SECRET_LENGTH) {
      refuse(`has a secret of less than ${LEAST_SECRET_LENGTH} characters: let a machine make it, or use \`jwks\`.`)
    }
    const credentials =
      jwks === undefined
        ? { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }
        : {
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: { keys: jwks.keys.map((key) => toAssertionKey(clientId, key)) },
          }
    return [{ client_id: clientId, grant_types: [], response_types: [], redirect_uris: [], ...credentials }]
  })
}
