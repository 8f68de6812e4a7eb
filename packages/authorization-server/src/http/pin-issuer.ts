/** Makes the issuer the only source of scheme, host and port: nothing that a request claims about them counts. */
import type { Provider } from 'oidc-provider'

/**
 * The library builds its URLs, among them the expected `htu` of proofs, from `Host` and, behind a proxy, from forwarded
 * headers. Here they come from the issuer; so does the `Secure` attribute of cookies, also where TLS ends before us.
 */
export function pinIssuer(provider: Provider): void {
  const { protocol } = new URL(provider.issuer)
  Object.defineProperty(provider.request, 'protocol', { get: () => protocol.slice(0, -1) })
  provider.OIDCContext.prototype.urlFor = (name, options) => provider.urlFor(name, options)
}
