/** `countersign attest rotate`: the next signing key. */
import type { Context } from '../context.ts'
import { describeMoment } from '../token/span.ts'
import { BUNDLE_TO_SIGN, type IssuerOptions, withIssuer } from './open-issuer.ts'

/** Runs it. */
export async function rotateKey(options: IssuerOptions, { terminal, clock, finish }: Context): Promise<void> {
  const { keyId, state, activatesAt, signsBundles } = await withIssuer(options, clock, async (server, signsBundles) => {
    return { ...(await server.rotate()), signsBundles }
  })
  if (options.json === true) terminal.print(JSON.stringify({ key_id: keyId, state, activates_at: activatesAt }))
  else if (state === 'active') terminal.print(`The key ${keyId} signs from now on.`)
  else terminal.print(`The key ${keyId} is published; it signs ${describeMoment(activatesAt, clock())}.`)
  if (!signsBundles) terminal.note(BUNDLE_TO_SIGN)
  finish(0)
}
