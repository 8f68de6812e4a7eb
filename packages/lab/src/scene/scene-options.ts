/** What stands on the stage of an attack, and how it is set up. */
import type { TrustEntry } from '@countersign/attestation/trust'
import type { StepUpOptions } from '@countersign/client'
import type { DeploymentOptions } from './deployment.ts'
import type { Mind } from './obedient-agent.ts'
import type { KeysSetting } from './published-issuer.ts'
import type { SharedSetting } from './shared-notes.ts'
import type { WeakSetting } from './weak-settings.ts'

/** What stands on it. */
export interface SceneOptions extends DeploymentOptions {
  /** What the operators of servers and agent have set wrongly. */
  readonly weakSettings?: readonly WeakSetting[]
  /** A trusted attestation issuer whose key the attacker holds; what its line in the trust list says. */
  readonly partner?: Partial<TrustEntry>
  /** Who trusts it; default: the guards. */
  readonly partnerTrustedBy?: 'guards' | 'authorization server'
  /** The guards trust an issuer whose keys they fetch: how those get to them. */
  readonly keys?: KeysSetting
  /** With another server, behind a proxy that ends TLS: the addresses that it believes to be the proxy's. */
  readonly trustedProxies?: readonly string[]
  /** With another server, whose issuer sends it inward when it asks for keys: how the issuer writes this machine. */
  readonly inward?: string
  /** That server fetches with what goes wherever it is sent. */
  readonly naiveFetch?: true
  /** With two processes that serve the notes of the first server, and spend in one Redis. */
  readonly shared?: SharedSetting
  /** The agent is one that does not look where an authorization code comes from (RFC 9207), nor what a challenge names. */
  readonly heedlessAgent?: true
  /** What the operator of the agent lets it have unasked; default: nothing. */
  readonly stepUp?: StepUpOptions
  /** Who reads the notes and decides what to do about them; default: one that obeys. */
  readonly mind?: Mind
  /** The servers log all that comes in. */
  readonly carelessLog?: true
}

/** One scene with the settings of another in the place of its own. */
export function withSettings(common: SceneOptions, settings: SceneOptions): SceneOptions {
  const weak = [...(common.weak ?? []), ...(settings.weak ?? [])]
  const weakSettings = [...(common.weakSettings ?? []), ...(settings.weakSettings ?? [])]
  return {
    ...common,
    ...settings,
    guard: { ...common.guard, ...settings.guard },
    ...(weak.length > 0 && { weak }),
    ...(weakSettings.length > 0 && { weakSettings }),
  }
}
