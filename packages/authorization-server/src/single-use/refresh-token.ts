/** Refresh tokens are bound to the key of their proof, for every kind of client, and are used once. */
import { type Context, errors, Provider, type RefreshToken } from 'oidc-provider'
import type { Log } from '../log.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { digestId } from '../store/artefact-store.ts'
import { findTokenProof } from '../token-endpoint/token-proof.ts'
import { isHonestRepeat, revokeFamily } from './family.ts'

/**
 * Binds refresh tokens to the DPoP key that they were issued under; RFC 9449 §5 asks that of public clients, and a
 * stolen assertion key then is not enough either. To a revoked key none is given. A consumed token that comes back is judged before anything else:
 * same key within seconds → `invalid_grant` and nothing more; anything else ends its family.
 */
export function bindRefreshTokens(provider: Provider, revocations: Revocations, log: Log, now: () => number): void {
  const { RefreshToken: Model } = provider
  const save = Model.prototype.save
  Model.prototype.save = async function bindAndSave(this: RefreshToken) {
    const jkt = Provider.ctx?.oidc.entities.AccessToken?.jkt
    if (this.jkt === undefined && jkt !== undefined) this.jkt = jkt
    const value = await save.call(this)
    // In this order: whoever revokes the key meanwhile either finds the token, or is found here.
    if (this.jkt === undefined || !(await revocations.isAgentRevoked(this.jkt))) return value
    await this.destroy()
    throw new errors.InvalidGrant('the key was revoked')
  }

  const find = Model.find
  Model.find = async (value, options) => {
    const token = await find.call(Model, value, options)
    const ctx = Provider.ctx
    // Introspection only looks, and who revokes a used one means its family.
    if (token?.consumed === undefined || ctx?.oidc.route !== 'token') return token
    const usedKey = await spendProof(provider, ctx)
    if (!isHonestRepeat(token.jkt, usedKey, token.consumed, Math.floor(now()))) {
      await revokeFamily(revocations, digestId(token.grantId), 'refresh_token', log)
    }
    throw new errors.InvalidGrant('refresh token used before')
  }
}

/** Yields the key of the request's proof, which was verified by now, and spends the proof: a captured request must not come back and end the family. */
async function spendProof(provider: Provider, ctx: Context): Promise<string | undefined> {
  const proof = findTokenProof(ctx)
  const clientId = ctx.oidc.client?.clientId
  if (proof === undefined || clientId === undefined) return undefined
  await provider.ReplayDetection.unique(clientId, proof.jti, 0)
  return proof.jkt
}
