/** Where issuers of attestations push word of stolen keys (RFC 8935 §2), beside the endpoint that calls come to. */
import { createSecurityEventEndpoint } from '@countersign/attestation/trust'
import { rejections } from '@countersign/core'
import { protectedResourceMetadataUrl } from '@countersign/core/wire'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { IncomingCall } from '../incoming-call.ts'

/** Takes them. */
export interface SecurityEventReceiver {
  readonly path: string
  /** Answers as RFC 8935 §2.2 and §2.3 say. The event's own signature is all the authentication that there is. */
  receive(incoming: IncomingCall): Promise<Response>
}

/** Octets; an event holds one thumbprint. */
const mostOctets = 16_384

/** What is known elsewhere. */
interface Known {
  readonly endpoint: string
  readonly bodySeconds: number
  /** Tells the other processes of an event that was taken. */
  readonly tell: ((event: string) => void) | undefined
}

/** Undefined where none are taken. Throws `ConfigurationError` for a path that can't be served. */
export function createSecurityEventReceiver(
  { securityEvents: path, trust, resource }: GuardOptions,
  { endpoint, bodySeconds, tell }: Known,
): SecurityEventReceiver | undefined {
  if (path === undefined) return undefined
  if (trust === undefined || !('receive' in trust)) {
    throw new ConfigurationError('securityEvents needs trust made by createTrust, which can take a key out of trust')
  }
  assertPath(path, [new URL(endpoint).pathname, new URL(protectedResourceMetadataUrl(resource)).pathname])
  const answer = createSecurityEventEndpoint(trust, { audience: resource })
  return {
    path,
    async receive(incoming) {
      if (incoming.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
      const content = await incoming.content(mostOctets, bodySeconds)
      if (!content.ok) return new Response(null, { status: rejections[content.rejection.code].status })
      const headers = new Headers()
      for (const name of ['content-type', 'content-encoding']) {
        for (const value of incoming.header(name)) headers.append(name, value)
      }
      const body = new Uint8Array(content.value)
      const response = await answer(new Request(incoming.url, { method: 'POST', headers, body }))
      if (response.status === 202) tell?.(new TextDecoder().decode(body).trim())
      return response
    },
  }
}

function assertPath(path: string, taken: readonly string[]): void {
  const url = URL.parse(path, 'https://server.example')
  if (!path.startsWith('/') || url?.href !== `https://server.example${path}` || url.pathname !== path) {
    throw new ConfigurationError(`securityEvents is '${path}', but must be a plain path such as '/security-events'`)
  }
  if (taken.includes(path) || path.startsWith('/.well-known/')) {
    throw new ConfigurationError(`securityEvents is '${path}', where something else is served`)
  }
}
