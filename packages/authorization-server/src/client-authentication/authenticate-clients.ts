/** Clients that prove themselves by other means than the library knows, and the attestations of all. */
import { type Context, Provider } from 'oidc-provider'
import type { ClientRegistry, KnownClient } from '../configuration/client-registry.ts'
import { createAttestationHeader } from './attestation-header.ts'
import { AUTHENTICATED_ROUTES, nameClaimedClients } from './claimed-client.ts'
import { type AttestationCheckParts, createAttestationCheck } from './client-attestation.ts'
import { createSvidCheck, type SvidCheckParts } from './jwt-svid.ts'

/** What `authenticateClients` needs. */
export interface ClientAuthenticationParts extends AttestationCheckParts, SvidCheckParts {
  readonly clients: ClientRegistry
}

/**
 * Makes `provider` judge them where it looks a client up to authenticate it: before it verifies, and spends, an
 * assertion of the kind that it knows itself.
 */
export function authenticateClients(provider: Provider, parts: ClientAuthenticationParts): void {
  const { clients } = parts
  const checkSvid = createSvidCheck(parts)
  const checkAttestation = createAttestationCheck(parts)
  provider.use(createAttestationHeader())
  nameClaimedClients(provider, clients)

  const check = async (ctx: Context, known: KnownClient): Promise<void> => {
    await checkSvid(ctx, known)
    // Elsewhere there is no proof of the request for it to go with.
    if (ctx.oidc.route === 'token') await checkAttestation(ctx, known)
  }
  const { Client } = provider
  const find = Client.find
  Client.find = async (id) => {
    const client = await find.call(Client, id)
    const ctx = Provider.ctx
    const known = clients.find(id)
    if (client === undefined || known === undefined || ctx === undefined || !isAuthenticating(ctx)) return client
    try {
      await check(ctx, known)
      return client
    } catch (error) {
      // So that the log says who was refused, and a browser may read why.
      ctx.oidc.entity('Client', client)
      throw error
    }
  }
}

/** The first client that is looked up on these routes is the one that the request comes from. */
function isAuthenticating({ oidc }: Context): boolean {
  return AUTHENTICATED_ROUTES.has(oidc.route) && oidc.client === undefined
}
