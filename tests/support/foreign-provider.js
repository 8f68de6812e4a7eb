/**
 * Somebody else's authorization server, in a process of its own: oidc-provider as it comes, with its development keys and
 * pages. Beside the clients only what it leaves off by default is turned on; `resource` also sets up resource indicators.
 * Takes `{"clients": […], "scopes": […], "resource"?: "…"}` as its argument, and says `{"issuer": "…"}` when it listens.
 */
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const { clients, scopes, resource } = JSON.parse(process.argv[2] ?? '{}')
const http = createServer()

http.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${http.address().port}`
  const provider = new Provider(issuer, {
    clients,
    scopes: ['openid', 'offline_access', ...scopes],
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      ...(resource === undefined ? {} : { resourceIndicators: describeResource() }),
    },
  })
  http.on('request', provider.callback())
  console.log(JSON.stringify({ issuer }))
})

/** What its operator has to write for JWTs: audience, scopes and format of one resource; how it signs is its default. */
function describeResource() {
  return {
    enabled: true,
    getResourceServerInfo: () => ({ scope: scopes.join(' '), audience: resource.audience, accessTokenFormat: 'jwt' }),
  }
}
