/** Calls with an attestation: an honest one, and whatever an attacker makes of it. */
import { callTool, type Holder, obtainToken, toolCall } from './agent.ts'
import { type AttestationScene, attest } from './attestation.ts'
import type { Deployment, DeploymentOptions } from './deployment.ts'
import type { Answer } from './wire.ts'

/** A deployment whose guards want every agent attested. */
export const attestedDeployment = {
  attestation: 'guards',
  guard: { attestation: 'required' },
} as const satisfies DeploymentOptions

/** The issuer that the guards trust. */
export function issuerOf({ attestation }: Deployment): AttestationScene {
  if (attestation === undefined) throw new Error('this deployment has no attestation issuer')
  return attestation
}

/** A token, its key, and a genuine attestation of that key. */
export interface AttestedHolder extends Holder {
  readonly attestation: string
}

/** Gets all three, as the deployment's own client. */
export async function becomeAttested(
  deployment: Deployment,
  { audience, scope }: { readonly audience?: string; readonly scope?: string } = {},
): Promise<AttestedHolder> {
  const holder = await obtainToken(deployment, scope === undefined ? {} : { scope })
  const wanted = { key: holder.key, ...(audience !== undefined && { audience }) }
  return { ...holder, attestation: await attest(issuerOf(deployment).issuer, deployment.client, wanted) }
}

/** Makes one proven call of `read_notes` with this attestation, or these. */
export function callAttested(
  holder: Holder,
  deployment: Deployment,
  attestation: string | string[],
  body = toolCall('read_notes'),
): Promise<Answer> {
  return callTool(holder, deployment.a.resource, body, { 'oauth-client-attestation': attestation })
}
